// A gzip stream (RFC 1952), unpacked piece by piece under limits, its checksum verified.
#pragma once

#include <zlib.h>

#include "base/bytes.h"
#include "base/error.h"
#include "network/archive.h"

namespace kennel::network {

// One thread at a time; borrows the packed bytes.
class Gunzip {
 public:
  Gunzip(base::ByteView packed, const ArchiveLimits& limits);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // The next piece, valid until the next call; empty at the end, once the checksum has held.
  // kCorrupt (truncated, damaged), kTooLarge (beyond the limits).
  [[nodiscard]] base::Result<base::ByteView> next();

 private:
  [[nodiscard]] base::Result<void> check_limits() const;
  void feed();

  base::ByteView packed_;
  ArchiveLimits limits_;
  z_stream stream_{};
  base::Bytes piece_;
  std::uint64_t produced_ = 0;
  bool finished_ = false;
};

}  // namespace kennel::network
