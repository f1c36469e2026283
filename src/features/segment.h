// A segment's bytes, as feature_cache.h draws them: made and checked here. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "features/feature_cache.h"

namespace kennel::features {

inline constexpr std::string_view kSegmentExtension = ".features";
inline constexpr std::string_view kDescription = "space.json";
inline constexpr std::size_t kSegmentAlignment = 64;

struct SegmentHeader {
  std::array<char, 8> magic{'K', 'N', 'L', 'F', 'E', 'A', 'T', '1'};
  std::uint32_t width = 0;
  std::uint32_t row_count = 0;
  base::Digest space;
  std::uint64_t table_checksum = 0;
  std::uint64_t header_checksum = 0;
};
static_assert(sizeof(SegmentHeader) == kSegmentAlignment);

struct TableEntry {
  base::Digest photo;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(TableEntry) == 40);

template <class T>
base::ByteView view_of(std::span<const T> items) {
  return {reinterpret_cast<const std::uint8_t*>(items.data()), items.size_bytes()};
}

[[nodiscard]] std::uint64_t checksum(base::ByteView bytes);
[[nodiscard]] std::uint64_t header_checksum(const SegmentHeader& header);
[[nodiscard]] std::size_t rows_offset(std::size_t row_count);

[[nodiscard]] SegmentHeader header_of(const base::Digest& space, int width,
                                      std::span<const TableEntry> table);

// The header of a whole segment of this space, or nothing: magic, space, width, size, and the
// checksums of header and table. The rows are for their reader to check.
[[nodiscard]] std::optional<SegmentHeader> find_header(base::ByteView bytes,
                                                       const base::Digest& space, int width);

// "<digest>.features"; the digest is of header and table, and so of every row's checksum.
[[nodiscard]] std::string segment_name(base::ByteView header, base::ByteView table);

// The folder that a space has in a cache.
[[nodiscard]] std::string space_name(const base::Digest& space);

// space.json.
[[nodiscard]] std::string describe(const SpaceKey& key);
// nullopt: not what `describe` writes.
[[nodiscard]] std::optional<SpaceKey> parse_description(std::string_view text);

}  // namespace kennel::features
