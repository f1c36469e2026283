// A lane that computes nothing: it says which batches came, and waits where it is told to.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "base/disk.h"
#include "engine/served_network.h"
#include "vision/encode.h"
#include "vision/transform.h"

namespace kennel::serving {

inline constexpr int kSide = 8;

inline vision::Transform small_transform() { return {.resize_shorter = kSide, .crop = kSide}; }

// A photo of one shade; the scripted lane's logits are {shade, 255 - shade}.
inline base::Bytes photo_of(std::uint8_t shade) {
  vision::Image image{.width = kSide, .height = kSide, .pixels = {}};
  image.pixels.assign(kSide * kSide * 3, shade);
  return vision::encode_jpeg(image, 100);
}

// What the lanes of a test share. Photos of shade 13 break their batch.
class LaneScript {
 public:
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  // Until a batch runs, and is held.
  void wait_until_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void run(int count) {
    std::unique_lock lock(mutex_);
    batches_.push_back(count);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    --waiting_;
    changed_.notify_all();
  }
  // Each lane tries every size before anybody asks.
  void wait_until_warm(int lanes, int batch_max) {
    std::unique_lock lock(mutex_);
    const auto tries = static_cast<std::size_t>(lanes) * static_cast<std::size_t>(batch_max);
    changed_.wait(lock, [&] { return batches_.size() == tries && waiting_ == 0; });
    batches_.clear();
  }
  std::vector<int> batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    batches_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> batches_;
  int waiting_ = 0;
  bool held_ = false;
};

class ScriptedLane final : public engine::Lane {
 public:
  ScriptedLane(LaneScript& script, int batch_max)
      : script_(script), images_(static_cast<std::size_t>(batch_max) * kImageBytes) {}

  std::span<std::uint8_t> image(int place) override {
    return std::span(images_).subspan(static_cast<std::size_t>(place) * kImageBytes, kImageBytes);
  }
  std::span<const float> run(int count) override {
    script_.run(count);
    logits_.clear();
    for (int place = 0; place < count; ++place) {
      const std::uint8_t shade = image(place)[0];
      if (shade == 13) throw std::runtime_error("thirteen");
      logits_.push_back(shade);
      logits_.push_back(255.0F - static_cast<float>(shade));
    }
    return logits_;
  }

 private:
  static constexpr std::size_t kImageBytes = kSide * kSide * 3;
  LaneScript& script_;
  base::Bytes images_;
  std::vector<float> logits_;
};

}  // namespace kennel::serving
