// What `kennel tune` says while it works.
#pragma once

#include <memory>

#include "apps/command_line.h"
#include "base/clock.h"
#include "trials/search_loop.h"

namespace kennel::apps {

class TuneConsole : public trials::SearchObserver {
 public:
  virtual void on_resumed(const trials::TrialRecords& trials) = 0;
  virtual void on_end(const trials::SearchOutcome& outcome, const base::Path& folder,
                      const std::string& reproduce) = 0;
};

// A table that lives, on a terminal; a line a trial elsewhere; JSON events for programs.
[[nodiscard]] std::unique_ptr<TuneConsole> make_tune_console(const OutputOptions& output,
                                                             const trials::SearchOptions& options,
                                                             const base::Clock& clock);

}  // namespace kennel::apps
