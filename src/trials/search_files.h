// What a search leaves for programs and spreadsheets. Pure functions of its outcome.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "trials/search_loop.h"

namespace kennel::trials {

// What a search is: what must be the same for it to go on, and what others need to learn from it.
[[nodiscard]] nlohmann::json search_json(const SearchOptions& options);

// A line a trial: trial, state, a column each parameter, objective, best_epoch, epochs, seconds,
// reason (RFC 4180).
[[nodiscard]] std::string trials_csv(const SearchOptions& options, const TrialRecords& trials);

// The whole of tuning.json: docs/tuning.md describes it.
[[nodiscard]] nlohmann::json tuning_json(const SearchOptions& options,
                                         const SearchOutcome& outcome);

}  // namespace kennel::trials
