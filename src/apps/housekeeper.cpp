#include "apps/housekeeper.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace kennel::apps {

Housekeeper::Housekeeper(HouseholdParts parts,
                         std::function<void(const std::string&)> report_failure)
    : parts_(parts),
      sweep_(parts.records, parts.buckets, parts.objects, parts.uploads),
      report_failure_(std::move(report_failure)),
      thread_([this] { run(); }) {}

void Housekeeper::wake() {
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
  }
  changed_.notify_one();
}

void Housekeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Housekeeper::is_stopped() {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void Housekeeper::run() {
  guarded("files that nothing names could not be removed", &Housekeeper::remove_orphans);
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return awake_ || stopped_; });
      if (stopped_) return;
      awake_ = false;
    }
    guarded("what was deleted could not be removed from the disk", &Housekeeper::collect);
    guarded("lifecycle rules could not be applied", &Housekeeper::apply_lifecycle);
    guarded("logs could not be trimmed", &Housekeeper::trim_logs);
  }
}

// A full disk: the next time may be better, and the server goes on meanwhile.
void Housekeeper::guarded(const char* what, void (Housekeeper::*work)()) {
  try {
    (this->*work)();
  } catch (const std::exception& error) {
    report_failure_(fmt::format("{}: {}", what, error.what()));
  }
}

void Housekeeper::remove_orphans() {
  for (const std::string& folder : parts_.blobs.folders()) {
    if (is_stopped()) return;
    parts_.blobs.remove_orphans(parts_.blobs.files_in(folder));
  }
}

void Housekeeper::collect() {
  constexpr std::size_t kTogether = 100;
  while (!is_stopped() && parts_.blobs.collect(kTogether).more) {
  }
  parts_.uploads.forget_completed(base::SystemClock().calendar_now());
}

void Housekeeper::trim_logs() {
  constexpr std::size_t kTogether = 500;
  while (!is_stopped() && parts_.logs.trim(kTogether)) {
  }
}

void Housekeeper::apply_lifecycle() {
  const base::SystemClock clock;
  if (clock.now() < next_sweep_) return;
  next_sweep_ = clock.now() + std::chrono::hours(1);
  while (!is_stopped() && !sweep_.step(clock.calendar_now()).finished) {
  }
}

}  // namespace kennel::apps
