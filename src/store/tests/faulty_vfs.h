// A SQLite VFS over the system's own that fails writes, truncations and syncs when told to. A write
// that fails has written half. Syncs do not reach the disk: what is tested is what we make of their
// failure.
//
// Lives longer than every connection through it. Any thread.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace kennel::store {

enum class Fault { kFullDisk, kBrokenWrite, kBrokenSync };

class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  // The operation of `fault`'s kind after `skipped` further ones fails, and with `lasting` all that
  // follow, until `mend`.
  void fail(Fault fault, std::int64_t skipped, bool lasting = false);
  void mend();
  // Whether an operation failed since `fail`.
  [[nodiscard]] bool has_failed() const { return failed_; }

  // For the functions that SQLite calls: what this operation has to answer.
  int next_write(int broken_code);
  int next_sync();

 private:
  int next(bool concerned, int code);

  std::string name_;
  sqlite3_vfs vfs_{};
  std::atomic<Fault> fault_{Fault::kFullDisk};
  std::atomic<std::int64_t> left_{-1};  // before the failure; below zero: none is due
  std::atomic<bool> lasting_{false};
  std::atomic<bool> failed_{false};
};

}  // namespace kennel::store
