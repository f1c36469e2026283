// Zip archives of stored (not compressed) members, as PyTorch writes them: read without a copy,
// written with aligned members. Follows PKWARE's APPNOTE 6.3.10, of which a weights file needs
// little; what it does not need (compression, encryption, several volumes) is refused.
//
//   [local header, name, extra, data]... [central header, name, extra]... [end record]
//
// No library here: those at hand either copy each member or only open files.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace kennel::network {

struct ZipMember {
  base::ByteView bytes;      // as they lie in the archive
  std::uint32_t crc32 = 0;   // as the archive claims it
  std::uint16_t method = 0;  // 0 when stored
};

using ZipMembers = std::map<std::string, ZipMember, std::less<>>;

// Every member by its name; the views point into `bytes`. Refused: members that overlap (the root
// of zip bombs), one name twice, encryption, anything outside the bytes.
[[nodiscard]] base::Result<ZipMembers> read_zip(base::ByteView bytes);

// The bytes of a stored member once their checksum is known to hold. Errors name the member:
// kCorrupt (missing, damaged), kInvalid (compressed).
[[nodiscard]] base::Result<base::ByteView> get_intact(const ZipMembers& members,
                                                      std::string_view name);

// Builds an archive in memory; equal calls give equal bytes. Names are ASCII, unique and short.
// Bounds (4 GiB, 65,534 members) are the caller's to keep.
class ZipWriter {
 public:
  // `byte_count` is a guess at the archive's size.
  explicit ZipWriter(std::size_t byte_count) { archive_.reserve(byte_count); }

  // The data starts at a multiple of 64.
  void add(std::string_view name, base::ByteView data);
  [[nodiscard]] base::Bytes finish();

 private:
  base::Bytes archive_;
  base::Bytes directory_;
  std::uint16_t member_count_ = 0;
};

}  // namespace kennel::network
