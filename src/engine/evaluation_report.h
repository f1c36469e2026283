// An evaluation as a section of a page: used by `kennel train` and by `kennel evaluate`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "engine/evaluation.h"
#include "report/page.h"

namespace kennel::engine {

struct EvaluatedSplit {
  std::string name;  // "test"
  const std::vector<std::string>& classes;
  std::span<const base::Path> photos;  // in the order of the evaluated rows
  const Evaluation& evaluation;
};

// Confusion matrix, most confused pairs, a table of the classes, and the photos with the highest
// loss, which are read again for their thumbnails (one that cannot be is left out).
[[nodiscard]] report::Section to_section(const EvaluatedSplit& split);

// Top-1 and the other scores, to stand at the head of a page.
[[nodiscard]] std::vector<report::Headline> to_headlines(const EvaluatedSplit& split);

}  // namespace kennel::engine
