// How much an instance has written, looked at now and then; a tree of folders deeper than anybody
// needs is too much as well. One thread.
#pragma once

#include <chrono>
#include <vector>

#include "base/disk.h"

namespace kennel::compute {

class DiskUse {
 public:
  DiskUse(std::vector<base::Path> folders, std::uint64_t bytes_max)
      : folders_(std::move(folders)), bytes_max_(bytes_max) {}

  // Whether it was too much when it was looked at last.
  [[nodiscard]] bool is_over();

 private:
  std::vector<base::Path> folders_;
  std::uint64_t bytes_max_;  // 0: none
  std::chrono::steady_clock::time_point next_{};
  bool over_ = false;
};

}  // namespace kennel::compute
