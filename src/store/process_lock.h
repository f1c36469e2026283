// A lock file that one process at a time holds; the system lets go of it when the process ends,
// however it ends. Any thread.
#pragma once

#include "base/disk.h"
#include "base/error.h"

namespace kennel::store {

class ProcessLock {
 public:
  // Makes the file where it is missing and writes our process id into it. kConflict: held by
  // another process, which the message names; kInvalid: the file cannot be made.
  [[nodiscard]] static base::Result<ProcessLock> take(const base::Path& file);
  ProcessLock(ProcessLock&& other) noexcept;
  ProcessLock& operator=(ProcessLock&& other) noexcept;
  ~ProcessLock();

 private:
  explicit ProcessLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace kennel::store
