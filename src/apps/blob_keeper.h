// What is done behind the requests' backs: blobs that nobody holds any more are removed, and what
// an earlier process left half done. A thread of its own; `wake` and `stop` from any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "objects/uploads.h"
#include "store/blobs.h"

namespace kennel::apps {

class BlobKeeper {
 public:
  // All of it outlives the keeper. The thread begins with what lies in the blobs' folder now:
  // nothing may be writing there yet.
  BlobKeeper(store::Blobs& blobs, objects::Uploads& uploads,
             std::function<void(const std::string&)> report_failure);
  ~BlobKeeper() { stop(); }
  BlobKeeper(const BlobKeeper&) = delete;
  BlobKeeper& operator=(const BlobKeeper&) = delete;

  // To be called now and then.
  void wake();
  // Waits for what is being done.
  void stop();

 private:
  void run();
  void remove_orphans();
  void collect();
  [[nodiscard]] bool is_stopped();
  void guarded(const char* what, void (BlobKeeper::*work)());

  store::Blobs& blobs_;
  objects::Uploads& uploads_;
  std::function<void(const std::string&)> report_failure_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool awake_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace kennel::apps
