// How many bytes of request bodies may be in memory at a time, over all requests. Loop thread only.
#pragma once

#include <cstdint>
#include <utility>

namespace kennel::http {

class BodyBudget {
 public:
  explicit BodyBudget(std::uint64_t bytes_max) : left_(bytes_max) {}

  // What one request has taken, as its body comes; gives it back when it goes.
  class Share {
   public:
    Share() = default;
    explicit Share(BodyBudget& budget) : budget_(&budget) {}
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (budget_ != nullptr) budget_->left_ += bytes_;
    }

    // False, and nothing taken: there is not so much left.
    [[nodiscard]] bool add(std::uint64_t bytes) {
      if (bytes > budget_->left_) return false;
      budget_->left_ -= bytes;
      bytes_ += bytes;
      return true;
    }

   private:
    BodyBudget* budget_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

 private:
  std::uint64_t left_;
};

}  // namespace kennel::http
