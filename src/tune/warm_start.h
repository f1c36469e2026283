// Trials of an earlier search, as a search over other ranges can use them.
#pragma once

#include <map>
#include <string>

#include "tune/trial.h"

namespace kennel::tune {

struct EarlierTrial {
  std::map<std::string, std::string> values;  // as text, by name
  double loss = 0;                            // finite
};

struct WarmStart {
  Trials trials;  // completed
  // What could not be used as it was, for people: a sentence for each parameter.
  std::vector<std::string> notes;
};

// A parameter that is new has its value in `defaults`, by name, or the middle of its range; one
// that is gone is left out; values beyond a range, and categories that are gone, leave the trial
// out.
[[nodiscard]] WarmStart map_trials(const Space& space, const std::vector<EarlierTrial>& earlier,
                                   const std::map<std::string, std::string>& defaults);

// What a text says of a parameter; none where it says nothing that the range has.
[[nodiscard]] std::optional<Value> parse_value(const Range& range, const std::string& text);

}  // namespace kennel::tune
