// A search space as people write it: on the command line, or in a file (docs/tuning.md).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tune/space.h"

namespace kennel::trials {

// "learning_rate=1e-4:1e-1:log", "hidden=64:512", "optimizer=adam,sgd". Ends without a point or an
// exponent are integers. '-' and '_' are the same in names. kInvalid, with what was meant.
[[nodiscard]] base::Result<tune::Parameter> parse_range(const std::string& text);

// {"parameters": [{"name": "learning_rate", "type": "continuous", "low": 1e-4, "high": 0.1,
//                  "scaling": "log"}, {"name": "optimizer", "type": "categorical",
//                  "values": ["adam", "sgd"]}, ...]}
// kInvalid, naming the place: "parameters[2].low".
[[nodiscard]] base::Result<tune::Space> space_from(const nlohmann::json& document);
[[nodiscard]] nlohmann::json to_json(const tune::Space& space);

}  // namespace kennel::trials
