// The policy of a form that a browser posts to S3: until when it may be used, and what its fields
// and its file may be. Pure; a policy is immutable.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/field.h"
#include "wire/api_error.h"
#include "wire/convert.h"

namespace kennel::wire {

// Bytes of a file, both ends included.
struct SizeRange {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();

  bool operator==(const SizeRange&) const = default;
};

class PostPolicy {
 public:
  // Of JSON in base64; refused as InvalidPolicyDocument:
  //   {"expiration": "2026-11-21T10:00:00Z",
  //    "conditions": [{"bucket": "b"}, ["eq", "$acl", "private"],
  //                   ["starts-with", "$key", "user/"], ["content-length-range", 1, 1024]]}
  [[nodiscard]] static Outcome<PostPolicy> parse(std::string_view base64);

  // Refused as AccessDenied: it is over, a condition does not hold, or there is a field that no
  // condition speaks of. The names of fields and operators know no case.
  [[nodiscard]] Outcome<void> check(std::string_view bucket, std::span<const base::Field> fields,
                                    TimePoint now) const;
  [[nodiscard]] const SizeRange& size_range() const { return size_range_; }

 private:
  enum class Kind { kEquals, kStartsWith };
  struct Condition {
    Kind kind;
    std::string field;  // lower case
    std::string value;
    std::string text;  // as S3 shows it
  };

  [[nodiscard]] Outcome<void> add(const Document& condition);
  [[nodiscard]] Outcome<void> add_match(const Document& condition);
  [[nodiscard]] Outcome<void> add_size_range(const Document& condition);
  [[nodiscard]] static bool holds(const Condition& condition, std::string_view value);
  [[nodiscard]] bool speaks_of(std::string_view field) const;

  double expires_ = 0;  // seconds since 1970: in years that no TimePoint reaches, too
  std::vector<Condition> conditions_;
  SizeRange size_range_;
};

// "the/${filename}" to "the/dog.jpg", in each field.
void expand_file_name(base::Fields& fields, std::string_view file_name);

[[nodiscard]] ApiError file_too_large(std::uint64_t bytes, const SizeRange& range);
[[nodiscard]] ApiError file_too_small(std::uint64_t bytes, const SizeRange& range);

}  // namespace kennel::wire
