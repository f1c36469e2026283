#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "network/byte_reader.h"
#include "network/legible.h"
#include "network/zip.h"
#include "network/zip_format.h"

namespace kennel::network {
namespace {

using base::ByteView;
using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kCommentMax = 65535;
constexpr std::uint32_t kIn64Bits = 0xffffffff;  // "see the 64-bit record"
constexpr std::uint16_t kExtra64 = 1;
constexpr std::uint16_t kEncryptedFlag = 1;

struct Directory {
  std::uint64_t member_count = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

struct CentralHeader {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t local_offset = 0;
  std::string_view name;
};

struct Extent {
  std::size_t begin;
  std::size_t end;
};

tl::unexpected<base::Error> damaged(std::string_view what) {
  return fail(ErrorKind::kCorrupt, fmt::format("damaged zip archive: {}", what));
}

Result<ByteReader> reader_at(ByteView bytes, std::uint64_t offset, std::string_view what) {
  if (offset > bytes.size()) return damaged(fmt::format("{} lies outside the file", what));
  return ByteReader(bytes.subspan(static_cast<std::size_t>(offset)));
}

Result<void> expect(ByteReader& reader, std::uint32_t signature, std::string_view what) {
  KENNEL_TRY(const auto found, reader.number<std::uint32_t>());
  if (found != signature) return damaged(fmt::format("no {} where one should be", what));
  return {};
}

// The end record is the last thing in the file, but for a comment whose length it gives.
std::optional<std::size_t> find_end_record(ByteView bytes) {
  for (std::size_t comment = 0; comment <= kCommentMax; ++comment) {
    if (bytes.size() < kEndSize + comment) return std::nullopt;
    const std::size_t place = bytes.size() - kEndSize - comment;
    const ByteView record = bytes.subspan(place, kEndSize);
    std::uint32_t signature = 0;
    std::uint16_t comment_size = 0;
    std::memcpy(&signature, record.data(), sizeof signature);
    std::memcpy(&comment_size, record.data() + 20, sizeof comment_size);
    if (signature == kZipEndSignature && comment_size == comment) return place;
  }
  return std::nullopt;
}

Result<Directory> read_end64(ByteView bytes, ByteReader locator) {
  KENNEL_TRY_VOID(locator.take(4));  // volume of the record
  KENNEL_TRY(const auto offset, locator.number<std::uint64_t>());
  KENNEL_TRY(ByteReader reader, reader_at(bytes, offset, "the 64-bit end record"));
  KENNEL_TRY_VOID(expect(reader, kEnd64Signature, "64-bit end record"));
  KENNEL_TRY_VOID(reader.take(20 + 8));  // sizes, versions, volumes; members of this volume
  Directory directory;
  KENNEL_TRY(directory.member_count, reader.number<std::uint64_t>());
  KENNEL_TRY(directory.size, reader.number<std::uint64_t>());
  KENNEL_TRY(directory.offset, reader.number<std::uint64_t>());
  return directory;
}

Result<Directory> find_directory(ByteView bytes) {
  const auto end = find_end_record(bytes);
  if (!end) return damaged("truncated: its end record is missing");
  if (*end >= kLocator64Size) {
    ByteReader locator(bytes.subspan(*end - kLocator64Size));
    KENNEL_TRY(const auto signature, locator.number<std::uint32_t>());
    if (signature == kLocator64Signature) return read_end64(bytes, locator);
  }
  ByteReader reader(bytes.subspan(*end));
  KENNEL_TRY_VOID(reader.take(4 + 4 + 2));  // signature, volumes, members of this volume
  Directory directory;
  KENNEL_TRY(directory.member_count, reader.number<std::uint16_t>());
  KENNEL_TRY(directory.size, reader.number<std::uint32_t>());
  KENNEL_TRY(directory.offset, reader.number<std::uint32_t>());
  return directory;
}

// Replaces what did not fit 32 bits, in the order that the format lays down.
Result<void> widen(CentralHeader& header, ByteView extra) {
  ByteReader reader(extra);
  while (reader.remaining() >= 4) {
    KENNEL_TRY(const auto id, reader.number<std::uint16_t>());
    KENNEL_TRY(const auto size, reader.number<std::uint16_t>());
    KENNEL_TRY(const auto field, reader.take(size));
    if (id != kExtra64) continue;
    ByteReader wide(field);
    for (std::uint64_t* value : {&header.size, &header.packed_size, &header.local_offset}) {
      if (*value != kIn64Bits) continue;
      KENNEL_TRY(*value, wide.number<std::uint64_t>());
    }
  }
  return {};
}

Result<CentralHeader> read_central_header(ByteReader& reader) {
  KENNEL_TRY_VOID(expect(reader, kZipCentralSignature, "directory entry"));
  CentralHeader header;
  KENNEL_TRY_VOID(reader.take(4));  // versions
  KENNEL_TRY(header.flags, reader.number<std::uint16_t>());
  KENNEL_TRY(header.method, reader.number<std::uint16_t>());
  KENNEL_TRY_VOID(reader.take(4));  // time and date
  KENNEL_TRY(header.crc32, reader.number<std::uint32_t>());
  KENNEL_TRY(header.packed_size, reader.number<std::uint32_t>());
  KENNEL_TRY(header.size, reader.number<std::uint32_t>());
  KENNEL_TRY(const auto name_size, reader.number<std::uint16_t>());
  KENNEL_TRY(const auto extra_size, reader.number<std::uint16_t>());
  KENNEL_TRY(const auto comment_size, reader.number<std::uint16_t>());
  KENNEL_TRY_VOID(reader.take(2 + 2 + 4));  // volume, attributes
  KENNEL_TRY(header.local_offset, reader.number<std::uint32_t>());
  KENNEL_TRY(const auto name, reader.take(name_size));
  header.name = base::as_text(name);
  KENNEL_TRY(const auto extra, reader.take(extra_size));
  KENNEL_TRY_VOID(reader.take(comment_size));
  KENNEL_TRY_VOID(widen(header, extra));
  return header;
}

Result<void> check_plain(const CentralHeader& header) {
  const std::string name = legible(header.name);
  if ((header.flags & kEncryptedFlag) != 0) {
    return fail(ErrorKind::kInvalid, fmt::format("'{}' in the archive is encrypted", name));
  }
  if (header.method == 0 && header.packed_size != header.size) {
    return damaged(fmt::format("two sizes of '{}'", name));
  }
  return {};
}

// Where the member lies, from its local header to the end of its data; `data` gets the latter.
Result<Extent> locate(ByteView bytes, const CentralHeader& header, ByteView& data) {
  KENNEL_TRY(ByteReader reader, reader_at(bytes, header.local_offset, legible(header.name)));
  KENNEL_TRY_VOID(expect(reader, kZipLocalSignature, "member"));
  KENNEL_TRY_VOID(reader.take(22));  // what the directory says too
  KENNEL_TRY(const auto name_size, reader.number<std::uint16_t>());
  KENNEL_TRY(const auto extra_size, reader.number<std::uint16_t>());
  KENNEL_TRY(const auto name, reader.take(name_size));
  KENNEL_TRY_VOID(reader.take(extra_size));
  KENNEL_TRY(data, reader.take(header.packed_size));
  if (base::as_text(name) != header.name) {
    return damaged(fmt::format("'{}' is called '{}' in the directory", legible(base::as_text(name)),
                               legible(header.name)));
  }
  const auto begin = static_cast<std::size_t>(header.local_offset);
  return Extent{begin, begin + reader.position()};
}

Result<void> check_apart(std::vector<Extent> extents, std::uint64_t directory_offset) {
  std::ranges::sort(extents, {}, &Extent::begin);
  for (std::size_t i = 0; i < extents.size(); ++i) {
    const std::uint64_t limit = i + 1 < extents.size() ? extents[i + 1].begin : directory_offset;
    if (extents[i].end > limit) return damaged("its members overlap");
  }
  return {};
}

}  // namespace

Result<ZipMembers> read_zip(ByteView bytes) {
  KENNEL_TRY(const Directory directory, find_directory(bytes));
  KENNEL_TRY(ByteReader reader, reader_at(bytes, directory.offset, "the directory"));
  ZipMembers members;
  std::vector<Extent> extents;
  for (std::uint64_t i = 0; i < directory.member_count; ++i) {
    KENNEL_TRY(const CentralHeader header, read_central_header(reader));
    KENNEL_TRY_VOID(check_plain(header));
    ByteView data;
    KENNEL_TRY(const Extent extent, locate(bytes, header, data));
    extents.push_back(extent);
    const ZipMember member{data, header.crc32, header.method};
    const bool is_new = members.try_emplace(std::string(header.name), member).second;
    if (!is_new) return damaged(fmt::format("two members called '{}'", legible(header.name)));
  }
  KENNEL_TRY_VOID(check_apart(std::move(extents), directory.offset));
  return members;
}

Result<ByteView> get_intact(const ZipMembers& members, std::string_view name) {
  const auto found = members.find(name);
  if (found == members.end()) {
    return fail(ErrorKind::kCorrupt, fmt::format("the archive lacks '{}'", legible(name)));
  }
  const ZipMember& member = found->second;
  if (member.method != 0) {
    return fail(
        ErrorKind::kInvalid,
        fmt::format("'{}' in the archive is compressed (method {}); PyTorch stores weights: "
                    "load the file there and torch.save it again",
                    legible(name), member.method));
  }
  if (crc32_z(0, member.bytes.data(), member.bytes.size()) != member.crc32) {
    return fail(
        ErrorKind::kCorrupt,
        fmt::format("the checksum of '{}' does not hold; get the file again", legible(name)));
  }
  return member.bytes;
}

}  // namespace kennel::network
