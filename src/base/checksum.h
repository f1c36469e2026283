// The checksums of object storage: those that S3 keeps with an object, and MD5 for its ETags.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

struct evp_md_ctx_st;

namespace kennel::base {

enum class ChecksumAlgorithm { kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256 };

// OpenSSL's state of a digest.
using DigestContext = std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)>;

// Sums what is fed to it piece by piece. One thread at a time; `finish` once. Throws
// std::runtime_error where OpenSSL refuses the digest.
class Checksum {
 public:
  explicit Checksum(ChecksumAlgorithm algorithm);

  Checksum& update(ByteView bytes);
  // 4, 4, 8, 20 or 32 bytes, as S3 puts them into base64: a CRC's highest byte is first.
  [[nodiscard]] Bytes finish();

 private:
  ChecksumAlgorithm algorithm_;
  std::uint64_t crc_ = 0;
  DigestContext context_;  // null for CRCs
};

// The CRC of two parts joined, from the CRCs of each (as `Checksum::finish` gives them) and the
// second's length in bytes: O(log length). For CRCs only.
[[nodiscard]] Bytes combine_crc(ChecksumAlgorithm algorithm, ByteView first, ByteView second,
                                std::uint64_t second_length);

// The same as Checksum, for MD5. Throws where OpenSSL refuses it, as in FIPS mode.
class Md5 {
 public:
  Md5();

  Md5& update(ByteView bytes);
  [[nodiscard]] std::array<std::uint8_t, 16> finish();

 private:
  DigestContext context_;
};

}  // namespace kennel::base
