// What a client says of an object beside its bytes, from and to the members that S3's structures
// share.
#pragma once

#include <optional>
#include <string>

#include "objects/buckets.h"
#include "services/s3/words.h"

namespace kennel::services::s3 {

// S3's limit for all metadata of an object together.
inline constexpr std::size_t kMetadataBytesMax = 2048;

// What S3 says of every object that asked for nothing else; see docs/security.md for what it means.
inline constexpr const char* kDefaultEncryption = "AES256";

[[nodiscard]] wire::Outcome<void> check_metadata(
    const std::map<std::string, std::string>& metadata);

// Calls visit("ContentType", member) for each member that is kept as it was given.
template <class Structure, class Visit>
void for_each_header(Structure& structure, const Visit& visit) {
  visit("CacheControl", structure.cache_control);
  visit("ContentDisposition", structure.content_disposition);
  visit("ContentEncoding", structure.content_encoding);
  visit("ContentLanguage", structure.content_language);
  visit("ContentType", structure.content_type);
  visit("Expires", structure.expires);
  visit("WebsiteRedirectLocation", structure.website_redirect_location);
  visit("ServerSideEncryption", structure.server_side_encryption);
  visit("SSEKMSKeyId", structure.ssekms_key_id);
}

// aws-chunked is how the bytes came, not what they are.
[[nodiscard]] std::string without_aws_chunked(std::string_view content_encoding);

template <class Input>
[[nodiscard]] wire::Outcome<objects::Attributes> read_attributes(const Input& input) {
  KENNEL_TRY_VOID(check_wanted(input));
  objects::Attributes attributes;
  for_each_header(input, [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) attributes.headers[name] = *value;
  });
  if (const auto found = attributes.headers.find("ContentEncoding");
      found != attributes.headers.end()) {
    found->second = without_aws_chunked(found->second);
    if (found->second.empty()) attributes.headers.erase(found);
  }
  if (input.bucket_key_enabled.value_or(false)) attributes.headers["BucketKeyEnabled"] = "true";
  if (input.metadata) attributes.metadata = *input.metadata;
  KENNEL_TRY_VOID(check_metadata(attributes.metadata));
  KENNEL_TRY(attributes.tags, parse_tagging(input.tagging));
  KENNEL_TRY(attributes.storage_class, to_storage_class(input.storage_class));
  return attributes;
}

// How it is encrypted, in the answers to whatever wrote it.
template <class Output>
void show_encryption(const objects::Attributes& attributes, Output& output) {
  const auto get = [&](const char* name) -> std::optional<std::string> {
    const auto found = attributes.headers.find(name);
    return found == attributes.headers.end() ? std::nullopt : std::optional(found->second);
  };
  output.server_side_encryption = get("ServerSideEncryption").value_or(kDefaultEncryption);
  output.ssekms_key_id = get("SSEKMSKeyId");
  if (get("BucketKeyEnabled")) output.bucket_key_enabled = true;
}

// In the answers to GET and HEAD.
template <class Output>
void show_attributes(const objects::ObjectVersion& version, Output& output) {
  const objects::Attributes& attributes = version.attributes;
  for_each_header(output, [&](const char* name, std::optional<std::string>& value) {
    if (const auto found = attributes.headers.find(name); found != attributes.headers.end()) {
      value = found->second;
    }
  });
  if (!output.server_side_encryption) output.server_side_encryption = kDefaultEncryption;
  if (!output.content_type) output.content_type = "binary/octet-stream";
  if (attributes.headers.contains("BucketKeyEnabled")) output.bucket_key_enabled = true;
  if (!attributes.metadata.empty()) output.metadata = attributes.metadata;
  if (!attributes.tags.empty()) {
    output.tag_count = static_cast<std::int32_t>(attributes.tags.size());
  }
  if (attributes.storage_class != "STANDARD") output.storage_class = attributes.storage_class;
  output.last_modified = in_seconds(version.modified);
  output.e_tag = in_quotes(version.content.etag);
  output.accept_ranges = "bytes";
}

// The version's id, where its bucket keeps or kept versions.
[[nodiscard]] inline std::optional<std::string> shown_version(const objects::ObjectVersion& version,
                                                              objects::Versioning versioning) {
  if (versioning == objects::Versioning::kNever) return std::nullopt;
  return version.shown_id();
}

}  // namespace kennel::services::s3
