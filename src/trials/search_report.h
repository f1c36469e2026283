// A search as a page that explains itself.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "trials/search_loop.h"

namespace kennel::trials {

struct ReportFacts {
  std::string subject;    // the photos, or the command
  std::string reproduce;  // the command that has the best trial's outcome; may be empty
  std::vector<std::pair<std::string, double>> scores = {};  // of the best trial's model
};

// One self-contained HTML file.
[[nodiscard]] std::string search_report(const SearchOptions& options, const SearchOutcome& outcome,
                                        const ReportFacts& facts);

}  // namespace kennel::trials
