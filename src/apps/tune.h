// `kennel tune`: the search for good hyperparameters, from the command line to the folder that it
// leaves.
//
//   trials.jsonl      every event as it came; what --resume goes on from
//   trials.csv        one line a trial
//   tuning.json       all of it; written last: a search that has it is whole
//   tuning.html       the same as a page
//   best/             the run of the best trial: model.tar.gz, report.html ...
#pragma once

#include <string>

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// The exit code.
[[nodiscard]] base::Result<int> run_tune(const TuneCommand& command, std::string typed);

}  // namespace kennel::apps
