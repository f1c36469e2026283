// Photos that wait, in batches through a network's lanes.
//
// Each lane has a thread of its own that takes what waits, decodes it, runs it and answers, so that
// no core waits for another. It takes its share of those that wait, and at once: a lone photo never
// waits for others, and under load the batches grow by themselves.
//
//   submit -> waiting (bounded) -> a lane: decode -> run -> done
//                               \-> dropped, or too late: done with an error, nothing computed
//
// Safe from any thread. `done` is called on a lane's thread, once for each photo.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/served_network.h"
#include "vision/transform.h"

namespace kennel::serving {

struct PhotoTimes {
  double queue_seconds = 0;
  double decode_seconds = 0;
  double infer_seconds = 0;  // of its batch
  int batch = 0;             // photos that ran together
};

struct PhotoAnswer {
  std::vector<float> logits;
  PhotoTimes times;
};

struct PhotoJob {
  base::Bytes photo;
  std::chrono::steady_clock::time_point due;  // nobody waits for it any more after this
  std::shared_ptr<const std::atomic<bool>> dropped;
  // kInterrupted: dropped or too late. kConflict: the lane broke, through no fault of the photo.
  // Else what vision::decode says of the photo.
  std::function<void(base::Result<PhotoAnswer>)> done;
};

struct BatcherOptions {
  int lanes = 1;
  int batch_max = 8;
  std::size_t waiting_max = 128;
};

class Batcher {
 public:
  // `make_lane` is called on each lane's thread, which first tries the network on an empty image.
  Batcher(const BatcherOptions& options, const vision::Transform& transform,
          std::function<std::unique_ptr<engine::Lane>()> make_lane);
  // Lets what runs end; whatever waits is done with kInterrupted.
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // All of them or, where there is no room for all, none.
  [[nodiscard]] bool submit(std::vector<PhotoJob> jobs);
  [[nodiscard]] std::size_t waiting() const;
  // Whether any could be taken now.
  [[nodiscard]] bool has_room() const { return waiting() < options_.waiting_max; }
  // Blocks until every lane has run once. Throws what kept one from it.
  void wait_until_ready();
  // Whether no lane ever broke.
  [[nodiscard]] bool healthy() const;

 private:
  struct Waiting {
    PhotoJob job;
    std::chrono::steady_clock::time_point since;
  };
  // A photo of a batch that lies in its lane.
  struct Placed {
    PhotoJob* job;
    PhotoTimes times;
  };

  void run_lane();
  void warm_up(engine::Lane& lane);
  [[nodiscard]] std::vector<Waiting> take();
  void run_batch(engine::Lane& lane, std::vector<Waiting>& batch) const;
  [[nodiscard]] std::vector<Placed> place_photos(engine::Lane& lane,
                                                 std::vector<Waiting>& batch) const;
  void note_broken();

  BatcherOptions options_;
  vision::Transform transform_;
  std::function<std::unique_ptr<engine::Lane>()> make_lane_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  int lanes_ready_ = 0;
  std::exception_ptr broken_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kennel::serving
