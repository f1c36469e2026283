#include "features/segment.h"

#include <xxhash.h>

#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>

namespace kennel::features {
namespace {

using nlohmann::json;

constexpr int kWidthMax = 1 << 16;
constexpr std::size_t kNameLength = 32;  // hex digits of a digest that name a file or folder

std::optional<base::Digest> parse_digest(const std::string& hex) {
  const auto bytes = base::from_hex(hex);
  base::Digest digest;
  if (!bytes || bytes->size() != digest.bytes.size()) return std::nullopt;
  std::memcpy(digest.bytes.data(), bytes->data(), bytes->size());
  return digest;
}

// Throws json::exception on anything that `describe` did not write.
std::optional<SpaceKey> key_from(const json& value) {
  const auto weights = parse_digest(value.at("weights").get<std::string>());
  const auto width = value.at("width").get<std::int64_t>();
  if (!weights || width < 1 || width > kWidthMax) return std::nullopt;
  return SpaceKey{.backbone = value.at("backbone").get<std::string>(),
                  .weights = *weights,
                  .transform = value.at("transform").get<std::string>(),
                  .precision = value.at("precision").get<std::string>(),
                  .engine = value.at("engine").get<std::string>(),
                  .width = static_cast<int>(width)};
}

}  // namespace

std::uint64_t checksum(base::ByteView bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint64_t header_checksum(const SegmentHeader& header) {
  return checksum(
      {reinterpret_cast<const std::uint8_t*>(&header), offsetof(SegmentHeader, header_checksum)});
}

std::size_t rows_offset(std::size_t row_count) {
  const std::size_t end = sizeof(SegmentHeader) + row_count * sizeof(TableEntry);
  return (end + kSegmentAlignment - 1) / kSegmentAlignment * kSegmentAlignment;
}

SegmentHeader header_of(const base::Digest& space, int width, std::span<const TableEntry> table) {
  SegmentHeader header;
  header.width = static_cast<std::uint32_t>(width);
  header.row_count = static_cast<std::uint32_t>(table.size());
  header.space = space;
  header.table_checksum = checksum(view_of(table));
  header.header_checksum = header_checksum(header);
  return header;
}

std::optional<SegmentHeader> find_header(base::ByteView bytes, const base::Digest& space,
                                         int width) {
  SegmentHeader header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  const bool ours = header.magic == SegmentHeader{}.magic && header.space == space &&
                    header.width == static_cast<std::uint32_t>(width) &&
                    header.header_checksum == header_checksum(header);
  if (!ours) return std::nullopt;
  const std::size_t row_bytes = header.width * sizeof(float);
  if (bytes.size() != rows_offset(header.row_count) + header.row_count * row_bytes) {
    return std::nullopt;
  }
  const auto table = bytes.subspan(sizeof header, header.row_count * sizeof(TableEntry));
  return checksum(table) == header.table_checksum ? std::optional(header) : std::nullopt;
}

std::string segment_name(base::ByteView header, base::ByteView table) {
  const auto digest = base::Hasher().update(header).update(table).finish().hex();
  return digest.substr(0, kNameLength).append(kSegmentExtension);
}

std::string space_name(const base::Digest& space) { return space.hex().substr(0, kNameLength); }

std::string describe(const SpaceKey& key) {
  return json{{"backbone", key.backbone},   {"weights", key.weights.hex()},
              {"transform", key.transform}, {"precision", key.precision},
              {"engine", key.engine},       {"width", key.width}}
      .dump(2, ' ', false, json::error_handler_t::replace);
}

std::optional<SpaceKey> parse_description(std::string_view text) {
  try {
    return key_from(json::parse(text));
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace kennel::features
