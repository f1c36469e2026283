// The conditions of RFC 9110, section 13, as S3 holds them: on the version that is asked for. Pure
// functions.
#pragma once

#include <optional>
#include <string>

#include "objects/objects.h"
#include "services/s3/words.h"

namespace kennel::services::s3 {

struct ReadConditions {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<objects::TimePoint> if_modified_since;
  std::optional<objects::TimePoint> if_unmodified_since;
};

enum class Verdict { kHolds, kNotModified, kFails };

[[nodiscard]] Verdict judge(const ReadConditions& conditions,
                            const objects::ObjectVersion& version);

template <class Input>
[[nodiscard]] ReadConditions read_conditions(const Input& input) {
  return {input.if_match, input.if_none_match, input.if_modified_since, input.if_unmodified_since};
}

// Of the source of a copy.
template <class Input>
[[nodiscard]] ReadConditions source_conditions(const Input& input) {
  return {input.copy_source_if_match, input.copy_source_if_none_match,
          input.copy_source_if_modified_since, input.copy_source_if_unmodified_since};
}

// If-Match and If-None-Match of a write: an ETag, or "*" for none.
template <class Input>
[[nodiscard]] wire::Outcome<objects::WriteConditions> write_conditions(const Input& input) {
  objects::WriteConditions conditions;
  if (input.if_none_match) {
    if (*input.if_none_match != "*")
      return not_implemented("If-None-Match with an ETag on a write");
    conditions.if_none = true;
  }
  if (input.if_match) {
    if (*input.if_match == "*") return not_implemented("If-Match with * on a write");
    conditions.if_match = unquoted(*input.if_match);
  }
  return conditions;
}

struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t length = 0;
};

// Of "bytes=0-99" and its like; nullopt: all of it, as there is no range or none that S3 takes.
// Refused: InvalidRange.
[[nodiscard]] wire::Outcome<std::optional<ByteRange>> read_range(
    const std::optional<std::string>& range, std::uint64_t size);

[[nodiscard]] tl::unexpected<wire::ApiError> precondition_failed(std::string_view condition);

}  // namespace kennel::services::s3
