// How many bytes of request bodies may be in memory at a time, over all requests. Loop thread only.
#pragma once

#include <cstdint>
#include <utility>

namespace kennel::wire {

class BodyBudget {
 public:
  explicit BodyBudget(std::uint64_t bytes_max) : left_(bytes_max) {}

  // Gives its bytes back when it goes.
  class Share {
   public:
    Share() = default;
    Share(BodyBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (budget_ != nullptr) budget_->left_ += bytes_;
    }
    explicit operator bool() const { return budget_ != nullptr; }

   private:
    BodyBudget* budget_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

  // An empty share: there is not so much left.
  [[nodiscard]] Share take(std::uint64_t bytes) {
    if (bytes > left_) return {};
    left_ -= bytes;
    return {*this, bytes};
  }

 private:
  std::uint64_t left_;
};

}  // namespace kennel::wire
