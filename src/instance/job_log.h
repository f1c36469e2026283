// What a training job's log says: plain lines, some in the form that SageMaker's own algorithm has
// and people's metric definitions look for. docs/training-jobs.md lists them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "train/run.h"

namespace kennel::instance {

// One thread at a time.
class JobLog final : public train::RunObserver {
 public:
  // `write` gets a line without its end.
  explicit JobLog(std::function<void(std::string_view line)> write) : write_(std::move(write)) {}

  void say(std::string_view line) const;

  void on_note(const std::string& note) override;
  void on_dataset(const dataset::Dataset& data) override;
  void on_extraction(std::size_t done, std::size_t total) override;
  void on_features(const engine::Features& features) override;
  void on_resumed(const std::vector<train::EpochRecord>& history, int epochs) override;
  void on_epoch(const train::EpochRecord& record, int epochs) override;
  void on_end(const train::RunSummary& summary);

 private:
  std::function<void(std::string_view)> write_;
  std::size_t tenth_ = 0;
};

}  // namespace kennel::instance
