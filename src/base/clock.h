// Time behind an interface, so that whatever waits or measures can be tested without waiting.
#pragma once

#include <chrono>

namespace kennel::base {

class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic: for durations.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
  // Calendar time: for what people read.
  [[nodiscard]] virtual std::chrono::system_clock::time_point calendar_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::now();
  }
  [[nodiscard]] std::chrono::system_clock::time_point calendar_now() const override {
    return std::chrono::system_clock::now();
  }
};

// Stands still until told to move.
class ManualClock final : public Clock {
 public:
  void advance(std::chrono::nanoseconds by) { offset_ += by; }
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(offset_));
  }
  [[nodiscard]] std::chrono::system_clock::time_point calendar_now() const override {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(offset_));
  }

 private:
  std::chrono::nanoseconds offset_{0};
};

[[nodiscard]] inline double seconds_between(std::chrono::steady_clock::time_point start,
                                            std::chrono::steady_clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

}  // namespace kennel::base
