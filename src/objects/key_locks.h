// One lock for each key, by way of a fixed number of them: where a change needs more than one
// record to stand still, and the records' own versions do not cover it.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string_view>

namespace kennel::objects {

class KeyLocks {
 public:
  [[nodiscard]] std::unique_lock<std::mutex> lock(std::string_view key) {
    return std::unique_lock(locks_[std::hash<std::string_view>{}(key) % locks_.size()]);
  }

 private:
  std::array<std::mutex, 1024> locks_;
};

}  // namespace kennel::objects
