// The source of a copy: found, held against the conditions, and readable.
#pragma once

#include "base/checksum.h"
#include "services/s3/conditions.h"
#include "services/s3/request.h"

namespace kennel::services::s3 {

struct OpenedSource {
  objects::ObjectVersion version;
  objects::ContentReader reader;  // keeps its blobs while it lives
  std::optional<std::string> shown_version;
};

template <class Input>
[[nodiscard]] wire::Outcome<OpenedSource> open_source(const S3Parts& parts, const Input& input) {
  KENNEL_TRY(const CopySource source, parse_copy_source(input.copy_source));
  if (input.copy_source_sse_customer_algorithm) {
    return not_implemented("encryption with a client's own key");
  }
  if (input.expected_source_bucket_owner && *input.expected_source_bucket_owner != parts.account) {
    return fail("AccessDenied", 403, "Access Denied");
  }
  const About about{.bucket = source.bucket,
                    .key = source.key,
                    .version_id = source.version_id ? std::string_view(*source.version_id) : ""};
  auto opened = parts.objects.open(source.bucket, source.key, source.version_id);
  if (!opened && opened.error().problem == objects::Problem::kIsDeleteMarker) {
    return fail("InvalidRequest", 400,
                "The source of a copy request may not specifically refer to a delete marker by "
                "version id.");
  }
  KENNEL_TRY(auto pair, answered(std::move(opened), about));
  if (judge(source_conditions(input), pair.first) != Verdict::kHolds) {
    return precondition_failed("x-amz-copy-source-If-*");
  }
  KENNEL_TRY(const auto bucket, answered(parts.buckets.get(source.bucket), about));
  std::optional<std::string> shown;
  if (bucket.versioning != objects::Versioning::kNever) shown = pair.first.shown_id();
  return OpenedSource{std::move(pair.first), std::move(pair.second), std::move(shown)};
}

// Reads a range of the source through both sums.
struct SummedRange {
  std::string md5;  // hex
  std::string checksum;
};
[[nodiscard]] wire::Outcome<SummedRange> sum_range(objects::ContentReader& reader, ByteRange range,
                                                   base::ChecksumAlgorithm algorithm);

// The extents of a range.
[[nodiscard]] std::vector<objects::Extent> slice(const std::vector<objects::Extent>& extents,
                                                 ByteRange range);

}  // namespace kennel::services::s3
