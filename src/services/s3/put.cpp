#include "aio/on_pool.h"
#include "services/s3/attributes.h"
#include "services/s3/copy_source.h"
#include "services/s3/receive.h"
#include "services/s3/request.h"
#include "wire/refused_request.h"

namespace kennel::services::s3 {
namespace {

using wire::Outcome;

constexpr std::uint64_t kCopyBytesMax = 5 * base::kGiB;

// The slots under which a copy holds the blobs of its source.
void renumber(std::vector<objects::Extent>& extents) {
  std::uint32_t slot = 0;
  for (objects::Extent& extent : extents) extent.slot = slot++;
}

bool replaces(const std::optional<std::string>& directive) { return directive == "REPLACE"; }

// What the copy is to have beside the bytes.
Outcome<objects::Attributes> attributes_of_copy(const CopyObjectRequest& input,
                                                const objects::ObjectVersion& source) {
  KENNEL_TRY_VOID(check_directive(input.metadata_directive, "metadata"));
  KENNEL_TRY_VOID(check_directive(input.tagging_directive, "tagging"));
  KENNEL_TRY(const objects::Attributes given, read_attributes(input));
  objects::Attributes attributes = replaces(input.metadata_directive) ? given : source.attributes;
  attributes.tags = replaces(input.tagging_directive) ? given.tags : source.attributes.tags;
  attributes.storage_class = given.storage_class;
  for (const char* name :
       {"ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled", "WebsiteRedirectLocation"}) {
    attributes.headers.erase(name);
    if (const auto found = given.headers.find(name); found != given.headers.end()) {
      attributes.headers.insert(*found);
    }
  }
  return attributes;
}

Outcome<void> check_changes_something(const CopyObjectRequest& input, const CopySource& source,
                                      const objects::Attributes& attributes,
                                      const objects::ObjectVersion& version) {
  const bool onto_itself =
      source.bucket == input.bucket && source.key == input.key && !source.version_id;
  const bool changes = replaces(input.metadata_directive) || replaces(input.tagging_directive) ||
                       input.server_side_encryption || input.checksum_algorithm ||
                       attributes.storage_class != version.attributes.storage_class ||
                       input.website_redirect_location;
  if (!onto_itself || changes) return {};
  return fail("InvalidRequest", 400,
              "This copy request is illegal because it is trying to copy an object to itself "
              "without changing the object's metadata, storage class, website redirect location or "
              "encryption attributes.");
}

}  // namespace

S3::Answering<PutObject> S3::handle(PutObject, Call call, PutObjectRequest input,
                                    wire::BodyStream& body) {
  KENNEL_CO_TRY_VOID(check_key(input.key));
  KENNEL_CO_TRY_VOID(check_length(body));
  KENNEL_CO_TRY_VOID(check_owner(input, parts_.account));
  KENNEL_CO_TRY(const objects::Attributes attributes, read_attributes(input));
  KENNEL_CO_TRY(const objects::WriteConditions conditions, write_conditions(input));
  KENNEL_CO_TRY(Promise promise, make_promise(input.content_md5, input.checksum_algorithm,
                                              given_checksum(input), body, call.head));
  // A large body for a bucket that is not there is not asked for.
  if (!parts_.buckets.find(input.bucket)) {
    co_return wire::refuse(to_error({objects::Problem::kNoSuchBucket}, {.bucket = input.bucket}));
  }
  const auto intake = std::make_shared<Intake>(parts_.blobs, std::move(promise));
  auto pouring = pour(parts_.runtime, body, intake);
  KENNEL_CO_TRY(const base::Bytes last, co_await std::move(pouring));
  const auto put = [&]() -> base::Result<Outcome<objects::ObjectVersion>> {
    intake->append(last);
    auto received = intake->finish(body.trailers());
    if (!received) return Outcome<objects::ObjectVersion>(tl::unexpected(received.error()));
    objects::NewObject object{.bucket = input.bucket,
                              .key = input.key,
                              .owner = objects::make_owner_id(),
                              .content = std::move(received->content),
                              .attributes = attributes,
                              .staged = std::move(received->blob)};
    return answered(parts_.objects.put(std::move(object), conditions, call.now),
                    {.bucket = input.bucket, .key = input.key});
  };
  auto putting = aio::on_pool(parts_.runtime, put);
  auto done = co_await std::move(putting);
  if (!done) co_return wire::refuse(wire::throttled(kService));
  KENNEL_CO_TRY(const objects::ObjectVersion version, *std::move(done));
  wire::Reply<PutObjectOutput> reply;
  reply.output.e_tag = in_quotes(version.content.etag);
  set_checksum(reply.output, version.content.checksum);
  show_encryption(version.attributes, reply.output);
  if (!version.is_null) reply.output.version_id = version.id;
  reply.output.expiration = expiration_of(version);
  co_return reply;
}

S3::Answer<CopyObject> S3::handle(CopyObject, const Call& call, const CopyObjectRequest& input) {
  KENNEL_TRY_VOID(check_key(input.key));
  KENNEL_TRY(const auto bucket, get_bucket(input));
  KENNEL_TRY(const objects::WriteConditions conditions, write_conditions(input));
  KENNEL_TRY(OpenedSource source, open_source(parts_, input));
  const objects::ObjectVersion& from = source.version;
  KENNEL_TRY(objects::Attributes attributes, attributes_of_copy(input, from));
  KENNEL_TRY(const CopySource named, parse_copy_source(input.copy_source));
  KENNEL_TRY_VOID(check_changes_something(input, named, attributes, from));
  if (from.content.size > kCopyBytesMax) {
    return fail("InvalidRequest", 400,
                "The specified copy source is larger than the maximum allowable size for a copy "
                "source: 5368709120");
  }
  objects::NewObject object{.bucket = input.bucket,
                            .key = input.key,
                            .owner = objects::make_owner_id(),
                            .content = from.content,
                            .attributes = std::move(attributes),
                            .borrowed = true};
  // Of an object in parts the copy is one piece, as with AWS: its sums are made anew.
  const bool sums_anew =
      !from.content.parts.empty() ||
      (input.checksum_algorithm &&
       (!from.content.checksum || from.content.checksum->algorithm != *input.checksum_algorithm));
  if (sums_anew) {
    const std::string name = input.checksum_algorithm.value_or(
        from.content.checksum ? from.content.checksum->algorithm : "CRC64NVME");
    KENNEL_TRY(const auto algorithm, to_algorithm(name));
    KENNEL_TRY(const SummedRange sums, sum_range(source.reader, {0, from.content.size}, algorithm));
    object.content.etag = sums.md5;
    object.content.checksum = objects::StoredChecksum{name, objects::kFullObject, sums.checksum};
    object.content.parts.clear();
  }
  renumber(object.content.extents);
  KENNEL_TRY(const auto version,
             answered(parts_.objects.put(std::move(object), conditions, call.now),
                      {.bucket = input.bucket, .key = input.key}));
  CopyObjectOutput output;
  auto& result = output.copy_object_result.emplace();
  result.e_tag = in_quotes(version.content.etag);
  result.last_modified = in_seconds(version.modified);
  set_checksum(result, version.content.checksum);
  output.copy_source_version_id = source.shown_version;
  if (!version.is_null) output.version_id = version.id;
  output.expiration = expiration_of(version);
  show_encryption(version.attributes, output);
  return output;
}

}  // namespace kennel::services::s3
