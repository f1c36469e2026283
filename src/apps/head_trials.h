// Trials that are trainings of the built-in classifier's head, all on the same prepared features.
#pragma once

#include <map>
#include <string>

#include "train/prepared.h"
#include "trials/search_loop.h"

namespace kennel::apps {

// What can be tuned, and the ranges that are tuned where nobody says otherwise.
[[nodiscard]] tune::Space default_space();
// Of parameters that a training knows: numbers where numbers are wanted. kInvalid, naming what
// there is to tune.
[[nodiscard]] base::Result<tune::Space> fit_to_training(tune::Space space);
// What a trial's configuration makes of the settings that all trials have. kInvalid: a value that a
// training does not take.
[[nodiscard]] base::Result<train::HeadOptions> configured(train::HeadOptions head,
                                                          const tune::Space& space,
                                                          const tune::Configuration& configuration);
// What `kennel train` takes where it is told nothing, as text, by name.
[[nodiscard]] std::map<std::string, std::string> values_of(const train::HeadOptions& head);

// "valid loss", "valid top-1", "train loss", "train top-1".
[[nodiscard]] base::Result<void> check_objective(const std::string& metric);
[[nodiscard]] double value_of(const train::EpochRecord& record, const std::string& metric);

class HeadTrials final : public trials::TrialRunner {
 public:
  // `options.folder` is where trials have their checkpoints while they are not over.
  HeadTrials(const train::RunOptions& options, const train::Prepared& prepared, std::string metric,
             base::Disk& disk, const base::Clock& clock);

  [[nodiscard]] trials::TrialReturn run(const trials::TrialTask& task,
                                        const std::function<void(int, double)>& on_epoch) override;

 private:
  const train::RunOptions& options_;
  const train::Prepared& prepared_;
  train::HeadData data_;
  std::string metric_;
  base::Disk& disk_;
  const base::Clock& clock_;
};

}  // namespace kennel::apps
