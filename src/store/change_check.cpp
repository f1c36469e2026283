#include "store/change_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace kennel::store {
namespace {

constexpr std::size_t kShownBytesMax = 200;

// Keys are bytes; people and logs want letters.
std::string shown(std::string_view key) {
  std::string text;
  for (const char letter : key.substr(0, kShownBytesMax)) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20 && byte < 0x7F && letter != '\\') {
      text += letter;
    } else {
      text += fmt::format("\\x{:02x}", byte);
    }
  }
  return key.size() > kShownBytesMax ? text + "..." : text;
}

std::string describe(const Change& change, std::optional<std::uint64_t> version) {
  const std::string name = fmt::format("{} \"{}\"", shown(change.collection), shown(change.key));
  if (!version && *change.expected_version == kAnyVersion) {
    return fmt::format("{} is not there", name);
  }
  if (!version)
    return fmt::format("{} is not there, expected version {}", name, *change.expected_version);
  if (*change.expected_version == 0) {
    return fmt::format("{} is there already, at version {}", name, *version);
  }
  return fmt::format("{} is at version {}, expected version {}: read it again", name, *version,
                     *change.expected_version);
}

bool is_expected(std::optional<std::uint64_t> version, std::uint64_t expected) {
  return expected == kAnyVersion ? version.has_value() : version.value_or(0) == expected;
}

}  // namespace

base::Result<void> check_sizes(const Changes& changes) {
  for (const Change& change : changes) {
    const std::size_t bytes = change.key.size() + (change.value ? change.value->size() : 0);
    if (bytes <= kRecordBytesMax) continue;
    return base::fail(
        base::ErrorKind::kTooLarge,
        fmt::format("{} \"{}\" would take {}, a record may have {}", shown(change.collection),
                    shown(change.key), base::to_human_size(bytes),
                    base::to_human_size(kRecordBytesMax)));
  }
  return {};
}

base::Result<void> check_expectations(const Changes& changes, const VersionOf& version_of,
                                      const HasPrefix& has_prefix) {
  for (const Change& change : changes) {
    if (change.kind == ChangeKind::kExpectNone && has_prefix(change)) {
      return base::fail(base::ErrorKind::kConflict,
                        fmt::format("{} still has records under \"{}\"", shown(change.collection),
                                    shown(change.key)));
    }
    if (!change.expected_version) continue;
    const std::optional<std::uint64_t> version = version_of(change);
    if (is_expected(version, *change.expected_version)) continue;
    return base::fail(base::ErrorKind::kConflict, describe(change, version));
  }
  return {};
}

std::optional<std::string> end_of_prefix(std::string_view prefix) {
  const std::size_t last = prefix.find_last_not_of('\xff');
  if (last == std::string_view::npos) return std::nullopt;
  std::string end(prefix.substr(0, last + 1));
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

KeyBounds bounds_of(const ScanRange& range) {
  KeyBounds bounds{range.prefix, end_of_prefix(range.prefix)};
  if (range.after.empty()) return bounds;
  if (!range.descending) {
    // Nothing lies between a key and the same with a zero byte behind it.
    bounds.first = std::max(range.prefix, range.after + '\0');
  } else if (!bounds.end || range.after < *bounds.end) {
    bounds.end = range.after;
  }
  return bounds;
}

}  // namespace kennel::store
