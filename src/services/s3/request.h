// What S3's operations ask of a request first.
#pragma once

#include "services/s3/s3.h"
#include "services/s3/words.h"

namespace kennel::services::s3 {

template <class Input>
[[nodiscard]] wire::Outcome<void> check_owner(const Input& input, std::string_view account) {
  if (!input.expected_bucket_owner || *input.expected_bucket_owner == account) return {};
  return fail("AccessDenied", 403, "Access Denied");
}

template <class Input>
wire::Outcome<objects::Bucket> S3::get_bucket(const Input& input) const {
  KENNEL_TRY(auto bucket, answered(parts_.buckets.get(input.bucket), {.bucket = input.bucket}));
  KENNEL_TRY_VOID(check_owner(input, parts_.account));
  return bucket;
}

}  // namespace kennel::services::s3
