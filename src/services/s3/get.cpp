#include <fmt/format.h>

#include <algorithm>

#include "services/s3/attributes.h"
#include "services/s3/content_body.h"
#include "services/s3/request.h"

namespace kennel::services::s3 {
namespace {

using wire::Outcome;

tl::unexpected<wire::ApiError> not_modified(const objects::ObjectVersion& version) {
  wire::ApiError error{"NotModified", 304, "Not Modified"};
  error.fields = base::Fields{{"ETag", in_quotes(version.content.etag)},
                              {"Last-Modified", http_date(version.modified)}};
  if (const auto found = version.attributes.headers.find("CacheControl");
      found != version.attributes.headers.end()) {
    error.fields.push_back({"Cache-Control", found->second});
  }
  return wire::refuse(std::move(error));
}

Outcome<void> check_conditions(const ReadConditions& conditions,
                               const objects::ObjectVersion& version) {
  switch (judge(conditions, version)) {
    case Verdict::kHolds:
      return {};
    case Verdict::kNotModified:
      return not_modified(version);
    case Verdict::kFails:
      break;
  }
  return precondition_failed(conditions.if_match ? "If-Match" : "If-Unmodified-Since");
}

// What of the object is wanted.
struct Selection {
  ByteRange range;
  bool partial = false;
  std::optional<objects::ObjectPart> part;
};

Outcome<Selection> select_part(std::int32_t number, const objects::Content& content) {
  Selection selection{.partial = content.size > 0};
  std::uint64_t begin = 0;
  if (content.parts.empty() && number == 1) {
    selection.range.length = content.size;
    return selection;
  }
  for (const objects::ObjectPart& part : content.parts) {
    if (static_cast<std::int32_t>(part.number) == number) {
      selection.range = {begin, part.size};
      selection.part = part;
      return selection;
    }
    begin += part.size;
  }
  return fail("InvalidPartNumber", 416, "The requested partnumber is not satisfiable");
}

template <class Input>
Outcome<Selection> select(const Input& input, const objects::Content& content) {
  if (input.part_number && input.range) {
    return fail("InvalidRequest", 400,
                "Cannot specify both Range header and partNumber query parameter");
  }
  if (input.part_number) return select_part(*input.part_number, content);
  KENNEL_TRY(const auto range, read_range(input.range, content.size));
  if (!range) return Selection{.range = {0, content.size}};
  return Selection{.range = *range, .partial = true};
}

// Only of what the whole answer is.
template <class Output>
void show_checksum(const Selection& selection, const objects::Content& content, Output& output) {
  if (!content.checksum) return;
  if (selection.part) {
    set_checksum(output, content.checksum->algorithm, selection.part->checksum);
  } else if (selection.range.length == content.size) {
    set_checksum(output, content.checksum);
  }
}

template <class Input, class Output>
void show(const Input& input, const Selection& selection, const objects::ObjectVersion& version,
          Output& output) {
  show_attributes(version, output);
  output.content_length = static_cast<std::int64_t>(selection.range.length);
  if (selection.partial) {
    output.content_range =
        fmt::format("bytes {}-{}/{}", selection.range.begin,
                    selection.range.begin + selection.range.length - 1, version.content.size);
  }
  if (input.part_number && !version.content.parts.empty()) {
    output.parts_count = static_cast<std::int32_t>(version.content.parts.size());
  }
  if (input.checksum_mode == "ENABLED") show_checksum(selection, version.content, output);
  if (input.response_cache_control) output.cache_control = input.response_cache_control;
  if (input.response_content_disposition) {
    output.content_disposition = input.response_content_disposition;
  }
  if (input.response_content_encoding) output.content_encoding = input.response_content_encoding;
  if (input.response_content_language) output.content_language = input.response_content_language;
  if (input.response_content_type) output.content_type = input.response_content_type;
  if (input.response_expires) output.expires = http_date(*input.response_expires);
}

template <class Input>
About about(const Input& input) {
  return {.bucket = input.bucket,
          .key = input.key,
          .version_id = input.version_id ? std::string_view(*input.version_id) : ""};
}

}  // namespace

S3::Answered<GetObject> S3::handle(GetObject, const Call&, const GetObjectRequest& input) {
  KENNEL_TRY_VOID(check_owner(input, parts_.account));
  KENNEL_TRY_VOID(check_wanted(input));
  KENNEL_TRY(auto opened, answered(parts_.objects.open(input.bucket, input.key, input.version_id),
                                   about(input)));
  auto& [version, reader] = opened;
  KENNEL_TRY_VOID(check_conditions(read_conditions(input), version));
  KENNEL_TRY(const Selection selection, select(input, version.content));
  auto body = std::make_unique<ContentBody>(parts_.runtime, std::move(reader), selection.range);
  if (!body->load()) {
    return wire::refuse(to_error({objects::Problem::kDamaged}, about(input)));
  }
  wire::Reply<GetObjectOutput> reply;
  show(input, selection, version, reply.output);
  KENNEL_TRY(const auto bucket, get_bucket(input));
  reply.output.version_id = shown_version(version, bucket.versioning);
  if (!input.version_id) reply.output.expiration = expiration_of(version);
  if (selection.partial) reply.status = 206;
  reply.stream = std::move(body);
  reply.length = selection.range.length;
  return reply;
}

S3::Answered<HeadObject> S3::handle(HeadObject, const Call&, const HeadObjectRequest& input) {
  KENNEL_TRY_VOID(check_owner(input, parts_.account));
  KENNEL_TRY_VOID(check_wanted(input));
  KENNEL_TRY(auto version,
             answered(parts_.objects.get(input.bucket, input.key, input.version_id), about(input)));
  parts_.objects.complete_layout(version);
  KENNEL_TRY_VOID(check_conditions(read_conditions(input), version));
  KENNEL_TRY(const Selection selection, select(input, version.content));
  wire::Reply<HeadObjectOutput> reply;
  show(input, selection, version, reply.output);
  KENNEL_TRY(const auto bucket, get_bucket(input));
  reply.output.version_id = shown_version(version, bucket.versioning);
  if (!input.version_id) reply.output.expiration = expiration_of(version);
  if (selection.partial) reply.status = 206;
  reply.length = selection.range.length;
  return reply;
}

S3::Answer<GetObjectAttributes> S3::handle(GetObjectAttributes, const Call&,
                                           const GetObjectAttributesRequest& input) {
  KENNEL_TRY_VOID(check_wanted(input));
  KENNEL_TRY(const auto bucket, get_bucket(input));
  KENNEL_TRY(auto version,
             answered(parts_.objects.get(input.bucket, input.key, input.version_id), about(input)));
  parts_.objects.complete_layout(version);
  const objects::Content& content = version.content;
  const auto wants = [&input](std::string_view name) {
    return std::ranges::find(input.object_attributes, name) != input.object_attributes.end();
  };
  GetObjectAttributesOutput output;
  output.last_modified = in_seconds(version.modified);
  output.version_id = shown_version(version, bucket.versioning);
  if (wants("ETag")) output.e_tag = content.etag;
  if (wants("Checksum") && content.checksum) {
    // Here a composite one is told without the number of parts.
    objects::StoredChecksum shown = *content.checksum;
    if (shown.type == objects::kComposite) shown.value.resize(shown.value.rfind('-'));
    set_checksum(output.checksum.emplace(), shown);
  }
  if (wants("StorageClass")) output.storage_class = version.attributes.storage_class;
  if (wants("ObjectSize")) output.object_size = static_cast<std::int64_t>(content.size);
  if (!wants("ObjectParts") || content.parts.empty()) return output;
  auto& parts = output.object_parts.emplace();
  parts.total_parts_count = static_cast<std::int32_t>(content.parts.size());
  parts.part_number_marker = input.part_number_marker.value_or(0);
  parts.max_parts = std::clamp(input.max_parts.value_or(1000), 0, 1000);
  parts.is_truncated = false;
  parts.parts.emplace();
  for (const objects::ObjectPart& part : content.parts) {
    if (static_cast<std::int32_t>(part.number) <= *parts.part_number_marker) continue;
    if (static_cast<std::int32_t>(parts.parts->size()) == *parts.max_parts) {
      parts.is_truncated = true;
      break;
    }
    ObjectPart shown;
    shown.part_number = static_cast<std::int32_t>(part.number);
    shown.size = static_cast<std::int64_t>(part.size);
    if (content.checksum) set_checksum(shown, content.checksum->algorithm, part.checksum);
    parts.next_part_number_marker = shown.part_number;
    parts.parts->push_back(std::move(shown));
  }
  return output;
}

}  // namespace kennel::services::s3
