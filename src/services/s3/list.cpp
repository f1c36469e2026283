#include <algorithm>

#include "objects/listing.h"
#include "services/s3/request.h"

namespace kennel::services::s3 {
namespace {

using wire::Outcome;

constexpr std::int32_t kKeysMax = 1000;

Outcome<std::size_t> page_size(const std::optional<std::int32_t>& max_keys) {
  if (max_keys && *max_keys < 0) {
    return invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647",
                            "maxKeys", std::to_string(*max_keys));
  }
  return static_cast<std::size_t>(std::min(max_keys.value_or(kKeysMax), kKeysMax));
}

Outcome<void> check_encoding(const std::optional<std::string>& encoding_type) {
  if (!encoding_type || *encoding_type == "url") return {};
  return invalid_argument("Invalid Encoding Method specified in Request", "encoding-type",
                          *encoding_type);
}

const std::string kTokenMark = "after ";

// A token is where the last page ended, opaque to the client.
std::string to_token(std::string_view last) {
  return base::to_base64(base::as_bytes(kTokenMark + std::string(last)));
}

Outcome<std::string> from_token(const std::string& token) {
  const auto bytes = base::from_base64(token);
  if (bytes && base::as_text(*bytes).starts_with(kTokenMark)) {
    return std::string(base::as_text(*bytes).substr(kTokenMark.size()));
  }
  return invalid_argument("The continuation token provided is incorrect", "continuation-token",
                          token);
}

template <class Shown>
void show_content(const objects::ObjectVersion& version,
                  const std::optional<std::string>& encoding_type, Shown& shown) {
  shown.key = encode_key(version.key, encoding_type);
  // In milliseconds, unlike in heads: or `aws s3 sync` would take a file that was written and put
  // within the same second for newer than its object.
  shown.last_modified = version.modified;
  shown.e_tag = in_quotes(version.content.etag);
  shown.size = static_cast<std::int64_t>(version.content.size);
  shown.storage_class = version.attributes.storage_class;
  if (!version.content.checksum) return;
  shown.checksum_algorithm = std::vector{version.content.checksum->algorithm};
  shown.checksum_type = version.content.checksum->type;
}

std::optional<std::vector<CommonPrefix>> show_prefixes(
    const std::vector<std::string>& prefixes, const std::optional<std::string>& encoding_type) {
  if (prefixes.empty()) return std::nullopt;
  std::vector<CommonPrefix> shown;
  for (const std::string& prefix : prefixes) shown.push_back({encode_key(prefix, encoding_type)});
  return shown;
}

// The members that every kind of listing has.
template <class Input, class Output>
void show_query(const Input& input, std::size_t limit, Output& output) {
  const auto encoded = [&input](const std::optional<std::string>& text) {
    return text && !text->empty() ? std::optional(encode_key(*text, input.encoding_type))
                                  : std::nullopt;
  };
  output.name = input.bucket;
  output.prefix = encode_key(input.prefix.value_or(""), input.encoding_type);
  output.delimiter = encoded(input.delimiter);
  output.max_keys = static_cast<std::int32_t>(limit);
  output.encoding_type = input.encoding_type;
}

}  // namespace

S3::Answer<ListObjects> S3::handle(ListObjects, const Call&, const ListObjectsRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(check_encoding(input.encoding_type));
  KENNEL_TRY(const std::size_t limit, page_size(input.max_keys));
  const auto page =
      objects::list_objects(parts_.records, {.bucket = input.bucket,
                                             .prefix = input.prefix.value_or(""),
                                             .delimiter = input.delimiter.value_or(""),
                                             .after = input.marker.value_or(""),
                                             .limit = limit});
  ListObjectsOutput output;
  show_query(input, limit, output);
  output.marker = encode_key(input.marker.value_or(""), input.encoding_type);
  output.is_truncated = page.truncated;
  // As with AWS: without a delimiter the last key serves.
  if (page.truncated && output.delimiter) {
    output.next_marker = encode_key(page.last, input.encoding_type);
  }
  for (const objects::ObjectVersion& version : page.objects) {
    if (!output.contents) output.contents.emplace();
    Object shown;
    show_content(version, input.encoding_type, shown);
    shown.owner = owner();
    output.contents->push_back(std::move(shown));
  }
  output.common_prefixes = show_prefixes(page.prefixes, input.encoding_type);
  return output;
}

S3::Answer<ListObjectsV2> S3::handle(ListObjectsV2, const Call&,
                                     const ListObjectsV2Request& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(check_encoding(input.encoding_type));
  KENNEL_TRY(const std::size_t limit, page_size(input.max_keys));
  std::string after = input.start_after.value_or("");
  if (input.continuation_token) {
    KENNEL_TRY(after, from_token(*input.continuation_token));
  }
  const auto page =
      objects::list_objects(parts_.records, {.bucket = input.bucket,
                                             .prefix = input.prefix.value_or(""),
                                             .delimiter = input.delimiter.value_or(""),
                                             .after = after,
                                             .limit = limit});
  ListObjectsV2Output output;
  show_query(input, limit, output);
  output.is_truncated = page.truncated;
  output.key_count = static_cast<std::int32_t>(page.objects.size() + page.prefixes.size());
  output.continuation_token = input.continuation_token;
  if (input.start_after) output.start_after = encode_key(*input.start_after, input.encoding_type);
  if (page.truncated) output.next_continuation_token = to_token(page.last);
  for (const objects::ObjectVersion& version : page.objects) {
    if (!output.contents) output.contents.emplace();
    Object shown;
    show_content(version, input.encoding_type, shown);
    if (input.fetch_owner.value_or(false)) shown.owner = owner();
    output.contents->push_back(std::move(shown));
  }
  output.common_prefixes = show_prefixes(page.prefixes, input.encoding_type);
  return output;
}

S3::Answer<ListObjectVersions> S3::handle(ListObjectVersions, const Call&,
                                          const ListObjectVersionsRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(check_encoding(input.encoding_type));
  KENNEL_TRY(const std::size_t limit, page_size(input.max_keys));
  if (input.version_id_marker && !input.version_id_marker->empty() && !input.key_marker) {
    return invalid_argument("A version-id marker cannot be specified without a key marker.",
                            "version-id-marker", *input.version_id_marker);
  }
  objects::VersionQuery query;
  query.bucket = input.bucket;
  query.prefix = input.prefix.value_or("");
  query.delimiter = input.delimiter.value_or("");
  query.after = input.key_marker.value_or("");
  query.after_version = input.version_id_marker.value_or("");
  query.limit = limit;
  const auto page = objects::list_versions(parts_.records, query);
  ListObjectVersionsOutput output;
  show_query(input, limit, output);
  output.key_marker = encode_key(query.after, input.encoding_type);
  output.version_id_marker = query.after_version;
  output.is_truncated = page.truncated;
  if (page.truncated) {
    output.next_key_marker = encode_key(page.last, input.encoding_type);
    if (!page.last_version.empty()) output.next_version_id_marker = page.last_version;
  }
  for (const auto& [version, is_latest] : page.versions) {
    if (version.is_marker) {
      if (!output.delete_markers) output.delete_markers.emplace();
      output.delete_markers->push_back({owner(), encode_key(version.key, input.encoding_type),
                                        version.shown_id(), is_latest,
                                        in_seconds(version.modified)});
      continue;
    }
    if (!output.versions) output.versions.emplace();
    ObjectVersion shown;
    show_content(version, input.encoding_type, shown);
    shown.version_id = version.shown_id();
    shown.is_latest = is_latest;
    shown.owner = owner();
    output.versions->push_back(std::move(shown));
  }
  output.common_prefixes = show_prefixes(page.prefixes, input.encoding_type);
  return output;
}

}  // namespace kennel::services::s3
