// What is done behind the requests' backs: blobs that nobody holds any more are removed, and what
// an earlier process left half done. A thread of its own; `wake` and `stop` from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "objects/lifecycle_sweep.h"
#include "objects/uploads.h"
#include "observe/logs.h"
#include "store/blobs.h"

namespace kennel::apps {

// All of it outlives the housekeeper.
struct HouseholdParts {
  store::Records& records;
  store::Blobs& blobs;
  objects::Buckets& buckets;
  objects::Objects& objects;
  objects::Uploads& uploads;
  observe::Logs& logs;
};

class Housekeeper {
 public:
  Housekeeper(HouseholdParts parts, std::function<void(const std::string&)> report_failure);
  ~Housekeeper() { stop(); }
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  // To be called now and then.
  void wake();
  // Waits for what is being done.
  void stop();

 private:
  void run();
  void remove_orphans();
  void collect();
  void apply_lifecycle();
  void trim_logs();
  [[nodiscard]] bool is_stopped();
  void guarded(const char* what, void (Housekeeper::*work)());

  HouseholdParts parts_;
  objects::LifecycleSweep sweep_;
  std::chrono::steady_clock::time_point next_sweep_{};  // of the thread
  std::function<void(const std::string&)> report_failure_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool awake_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace kennel::apps
