#include "services/s3/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "wire/text.h"

namespace kennel::services::s3 {
namespace {

// "*", or one of several ETags.
bool names(std::string_view list, const std::string& etag) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string one = unquoted(wire::without_blanks(list.substr(0, comma)));
    if (one == "*" || one == etag) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

tl::unexpected<wire::ApiError> invalid_range(const std::string& range, std::uint64_t size) {
  return fail("InvalidRange", 416, "The requested range is not satisfiable",
              {{"RangeRequested", wire::show(range)}, {"ActualObjectSize", std::to_string(size)}});
}

}  // namespace

// If-Match goes before If-Unmodified-Since, If-None-Match before If-Modified-Since.
Verdict judge(const ReadConditions& conditions, const objects::ObjectVersion& version) {
  const auto modified = in_seconds(version.modified);
  if (conditions.if_match) {
    if (!names(*conditions.if_match, version.content.etag)) return Verdict::kFails;
  } else if (conditions.if_unmodified_since && modified > *conditions.if_unmodified_since) {
    return Verdict::kFails;
  }
  if (conditions.if_none_match) {
    if (names(*conditions.if_none_match, version.content.etag)) return Verdict::kNotModified;
  } else if (conditions.if_modified_since && modified <= *conditions.if_modified_since) {
    return Verdict::kNotModified;
  }
  return Verdict::kHolds;
}

wire::Outcome<std::optional<ByteRange>> read_range(const std::optional<std::string>& range,
                                                   std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!range || !range->starts_with(kUnit)) return std::nullopt;
  const std::string_view spec = wire::without_blanks(std::string_view(*range).substr(kUnit.size()));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = read_number(spec.substr(0, dash));
  const auto last = read_number(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    if (*last == 0 || size == 0) return invalid_range(*range, size);
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  const bool open = dash + 1 == spec.size();
  if (!first || (!last && !open) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) return invalid_range(*range, size);
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

tl::unexpected<wire::ApiError> precondition_failed(std::string_view condition) {
  return fail("PreconditionFailed", 412,
              "At least one of the pre-conditions you specified did not hold",
              {{"Condition", condition}});
}

}  // namespace kennel::services::s3
