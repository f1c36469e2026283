// What a run writes down, as text. Pure functions of the run.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/digest.h"
#include "train/run.h"

namespace kennel::train {

// What the trained weights depend on; two runs that agree in it end with the same weights.
[[nodiscard]] nlohmann::json outcome_json(const RunOptions& options, const base::Digest& features,
                                          const base::Digest& data);

[[nodiscard]] nlohmann::json provenance_json(const RunOptions& options, const base::Clock& clock);

// {"valid": {"top1", "top5", "loss", "calibration_error", "photos"}, "test": the same or null}
[[nodiscard]] nlohmann::json scores_json(const RunSummary& summary);

// The whole of results.json; docs/run-folder.md describes it.
[[nodiscard]] nlohmann::json results_json(const RunOptions& options, const RunSummary& summary);

[[nodiscard]] std::string metrics_csv(const std::vector<EpochRecord>& history);

}  // namespace kennel::train
