// The run as a page that explains itself.
#pragma once

#include <string>

#include "train/run.h"

namespace kennel::train {

// One self-contained HTML file.
[[nodiscard]] std::string report_html(const RunOptions& options, const RunSummary& summary);

}  // namespace kennel::train
