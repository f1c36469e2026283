// Between room objects and S3's wire: errors and their sentences, ETags, times, checks that many
// operations make. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/checksums.h"
#include "objects/object.h"
#include "objects/problem.h"
#include "services/s3/model.h"
#include "wire/api_error.h"
#include "wire/text.h"

namespace kennel::services::s3 {

// An error of S3's that the model may not list.
[[nodiscard]] tl::unexpected<wire::ApiError> fail(
    std::string code, int status, std::string message,
    wire::Document details = wire::Document::object());
[[nodiscard]] tl::unexpected<wire::ApiError> invalid_argument(std::string message,
                                                              std::string_view name,
                                                              std::string_view value);
[[nodiscard]] tl::unexpected<wire::ApiError> not_implemented(std::string_view what);
[[nodiscard]] tl::unexpected<wire::ApiError> bad_digest(std::string_view algorithm);

// Of which bucket, key and upload a problem tells.
struct About {
  std::string_view bucket = {};
  std::string_view key = {};
  std::string_view version_id = {};
  std::string_view upload_id = {};
};
[[nodiscard]] wire::ApiError to_error(const objects::ProblemReport& report, const About& about);

// KENNEL_TRY for what room objects refuses.
template <class T>
[[nodiscard]] wire::Outcome<T> answered(objects::Outcome<T> result, const About& about) {
  if (!result) return wire::refuse(to_error(result.error(), about));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(result);
  }
}

[[nodiscard]] inline std::string in_quotes(std::string_view etag) {
  return '"' + std::string(etag) + '"';
}
// Without quotation marks, and without W/.
[[nodiscard]] std::string unquoted(std::string_view etag);

// S3 tells whole seconds.
[[nodiscard]] objects::TimePoint in_seconds(objects::TimePoint time);

// "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(objects::TimePoint time);

// 3 to 63 letters, as https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
// has it.
[[nodiscard]] wire::Outcome<void> check_bucket_name(std::string_view name);
[[nodiscard]] wire::Outcome<void> check_key(std::string_view key);
// "null", or an id that can be one of ours.
[[nodiscard]] wire::Outcome<void> check_version_id(const std::optional<std::string>& id);
// COPY or REPLACE; `what`: "metadata", "tagging".
[[nodiscard]] wire::Outcome<void> check_directive(const std::optional<std::string>& directive,
                                                  std::string_view what);
[[nodiscard]] wire::Outcome<void> check_acl(const std::optional<std::string>& acl);

using Tags = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] wire::Outcome<Tags> to_tags(const std::vector<Tag>& tags, std::size_t count_max);
// "k=v&k2=v2", of x-amz-tagging.
[[nodiscard]] wire::Outcome<Tags> parse_tagging(const std::optional<std::string>& text);
[[nodiscard]] std::vector<Tag> from_tags(const Tags& tags);

// Keys in listings, where the client wants them percent-encoded.
[[nodiscard]] std::string encode_key(std::string_view key,
                                     const std::optional<std::string>& encoding_type);

struct CopySource {
  std::string bucket;
  std::string key;
  std::optional<std::string> version_id;
};
// "/bucket/key?versionId=id", percent-encoded.
[[nodiscard]] wire::Outcome<CopySource> parse_copy_source(std::string_view text);

// A checksum that a client gave, or that a stored one is.
struct GivenChecksum {
  std::string algorithm;  // "CRC32"
  std::string value;      // base64
};

// The checksum members that most of S3's structures have.
template <class Structure>
[[nodiscard]] int count_checksums(const Structure& from) {
  return int{from.checksum_crc32.has_value()} + int{from.checksum_crc32_c.has_value()} +
         int{from.checksum_crc64_nvme.has_value()} + int{from.checksum_sha1.has_value()} +
         int{from.checksum_sha256.has_value()};
}

template <class Structure>
[[nodiscard]] std::optional<GivenChecksum> given_checksum(const Structure& from) {
  if (from.checksum_crc32) return GivenChecksum{"CRC32", *from.checksum_crc32};
  if (from.checksum_crc32_c) return GivenChecksum{"CRC32C", *from.checksum_crc32_c};
  if (from.checksum_crc64_nvme) return GivenChecksum{"CRC64NVME", *from.checksum_crc64_nvme};
  if (from.checksum_sha1) return GivenChecksum{"SHA1", *from.checksum_sha1};
  if (from.checksum_sha256) return GivenChecksum{"SHA256", *from.checksum_sha256};
  return std::nullopt;
}

template <class Structure>
void set_checksum(Structure& into, std::string_view algorithm, const std::string& value) {
  if (value.empty()) return;
  if (algorithm == "CRC32") into.checksum_crc32 = value;
  if (algorithm == "CRC32C") into.checksum_crc32_c = value;
  if (algorithm == "CRC64NVME") into.checksum_crc64_nvme = value;
  if (algorithm == "SHA1") into.checksum_sha1 = value;
  if (algorithm == "SHA256") into.checksum_sha256 = value;
}

template <class Structure>
void set_checksum(Structure& into, const std::optional<objects::StoredChecksum>& checksum) {
  if (checksum) set_checksum(into, checksum->algorithm, checksum->value);
  if constexpr (requires { into.checksum_type; }) {
    if (checksum) into.checksum_type = checksum->type;
  }
}

// What this S3 does not have is refused by name, and never passed over.
template <class Structure>
[[nodiscard]] wire::Outcome<void> check_wanted(const Structure& input) {
  if constexpr (requires { input.version_id; }) KENNEL_TRY_VOID(check_version_id(input.version_id));
  if constexpr (requires { input.server_side_encryption; }) {
    const auto& wanted = input.server_side_encryption;
    if (wanted && *wanted != "AES256" && *wanted != "aws:kms" && *wanted != "aws:kms:dsse") {
      return invalid_argument("The encryption method specified is not supported",
                              "x-amz-server-side-encryption", *wanted);
    }
  }
  if constexpr (requires { input.sse_customer_algorithm; }) {
    if (input.sse_customer_algorithm) return not_implemented("encryption with a client's own key");
  }
  if constexpr (requires { input.object_lock_mode; }) {
    if (input.object_lock_mode || input.object_lock_legal_hold_status) {
      return fail("InvalidRequest", 400, "Bucket is missing Object Lock Configuration");
    }
  }
  if constexpr (requires { input.write_offset_bytes; }) {
    if (input.write_offset_bytes) return not_implemented("appending to objects");
  }
  if constexpr (requires { input.checksum_sha512; }) {
    if (count_checksums(input) > 1) {
      return fail("InvalidRequest", 400,
                  "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                  "allowed.");
    }
    if (input.checksum_sha512 || input.checksum_md5 || input.checksum_xxhash64 ||
        input.checksum_xxhash3 || input.checksum_xxhash128) {
      return not_implemented("a checksum other than CRC32, CRC32C, CRC64NVME, SHA1 and SHA256");
    }
  }
  if constexpr (requires { input.grant_read; }) {
    if (input.grant_read || input.grant_full_control || input.grant_read_acp ||
        input.grant_write_acp) {
      return check_acl("grants");
    }
  }
  if constexpr (requires { input.acl; }) return check_acl(input.acl);
  return {};
}

// The algorithm by the name that clients use; refused where there is no such.
[[nodiscard]] wire::Outcome<base::ChecksumAlgorithm> to_algorithm(std::string_view name);

// Of x-amz-storage-class: all are kept alike.
[[nodiscard]] wire::Outcome<std::string> to_storage_class(const std::optional<std::string>& name);

}  // namespace kennel::services::s3
