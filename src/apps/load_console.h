// What `kennel load` tells people.
#pragma once

#include <string>
#include <vector>

#include "load/generator.h"

namespace kennel::apps {

// "load  [#####-----]  12 s  411/s  p99 20.1 ms"
[[nodiscard]] std::string load_line(const load::Progress& progress);

// The findings in lines, with a picture of the latencies.
[[nodiscard]] std::vector<std::string> load_summary(const load::Findings& findings);

// What is wrong with them: failures, requests that were not begun. In lines; none where all is
// well.
[[nodiscard]] std::vector<std::string> load_complaints(const load::Findings& findings);

}  // namespace kennel::apps
