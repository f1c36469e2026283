#include "apps/blob_keeper.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace kennel::apps {

BlobKeeper::BlobKeeper(store::Blobs& blobs, objects::Uploads& uploads,
                       std::function<void(const std::string&)> report_failure)
    : blobs_(blobs),
      uploads_(uploads),
      report_failure_(std::move(report_failure)),
      thread_([this] { run(); }) {}

void BlobKeeper::wake() {
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
  }
  changed_.notify_one();
}

void BlobKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool BlobKeeper::is_stopped() {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void BlobKeeper::run() {
  guarded("files that nothing names could not be removed", &BlobKeeper::remove_orphans);
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return awake_ || stopped_; });
      if (stopped_) return;
      awake_ = false;
    }
    guarded("what was deleted could not be removed from the disk", &BlobKeeper::collect);
  }
}

// A full disk: the next time may be better, and the server goes on meanwhile.
void BlobKeeper::guarded(const char* what, void (BlobKeeper::*work)()) {
  try {
    (this->*work)();
  } catch (const std::exception& error) {
    report_failure_(fmt::format("{}: {}", what, error.what()));
  }
}

void BlobKeeper::remove_orphans() {
  for (const std::string& folder : blobs_.folders()) {
    if (is_stopped()) return;
    blobs_.remove_orphans(blobs_.files_in(folder));
  }
}

void BlobKeeper::collect() {
  constexpr std::size_t kTogether = 100;
  while (!is_stopped() && blobs_.collect(kTogether).more) {
  }
  uploads_.forget_completed(base::SystemClock().calendar_now());
}

}  // namespace kennel::apps
