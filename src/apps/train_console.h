// What `kennel train` says while it works.
#pragma once

#include <memory>

#include "apps/command_line.h"
#include "base/clock.h"
#include "train/run.h"

namespace kennel::apps {

class TrainConsole : public train::RunObserver {
 public:
  virtual void on_end(const train::RunOptions& options, const train::RunSummary& summary) = 0;
};

// Lines and a bar for people, JSON events for programs, or errors only.
[[nodiscard]] std::unique_ptr<TrainConsole> make_train_console(const OutputOptions& output,
                                                               const base::Clock& clock);

}  // namespace kennel::apps
