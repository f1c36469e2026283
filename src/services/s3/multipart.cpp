#include <fmt/format.h>

#include <algorithm>

#include "aio/on_pool.h"
#include "services/s3/attributes.h"
#include "services/s3/copy_source.h"
#include "services/s3/receive.h"
#include "services/s3/request.h"
#include "wire/refused_request.h"

namespace kennel::services::s3 {
namespace {

using wire::Outcome;

constexpr std::int32_t kPageMax = 1000;

template <class Input>
About about(const Input& input) {
  return {.bucket = input.bucket, .key = input.key, .upload_id = input.upload_id};
}

Outcome<void> check_part_number(std::int32_t number) {
  if (number >= 1 && number <= static_cast<std::int32_t>(objects::kPartNumberMax)) return {};
  return invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                          "partNumber", std::to_string(number));
}

// As S3's user guide has it: CRC64NVME is of the full object only, SHA of the parts only.
Outcome<std::string> checksum_type(const std::string& algorithm,
                                   const std::optional<std::string>& wanted) {
  const bool full_only = algorithm == "CRC64NVME";
  const bool composite_only = algorithm.starts_with("SHA");
  std::string type = wanted.value_or(full_only ? objects::kFullObject : objects::kComposite);
  if ((full_only && type != objects::kFullObject) ||
      (composite_only && type != objects::kComposite)) {
    return fail("InvalidRequest", 400,
                fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.",
                            type, base::to_lower(algorithm)));
  }
  return type;
}

// The checksum of a part goes into that of the whole: it must be of the kind that was asked for.
Outcome<void> check_same_kind(const objects::Upload& upload, const Promise& promise) {
  if (!promise.checksum || !upload.checksum_wanted ||
      promise.checksum->algorithm == upload.checksum_algorithm)
    return {};
  return fail("InvalidRequest", 400,
              fmt::format("Checksum Type mismatch occurred, expected checksum Type: {}, actual "
                          "checksum Type: {}",
                          base::to_lower(upload.checksum_algorithm),
                          base::to_lower(promise.checksum->algorithm)));
}

std::vector<objects::NamedPart> named_parts(const CompletedMultipartUpload& upload) {
  std::vector<objects::NamedPart> named;
  for (const CompletedPart& part : upload.parts.value_or(std::vector<CompletedPart>{})) {
    const auto checksum = given_checksum(part);
    named.push_back({static_cast<std::uint32_t>(part.part_number.value_or(0)),
                     unquoted(part.e_tag.value_or("")), checksum ? checksum->value : "",
                     checksum ? checksum->algorithm : ""});
  }
  return named;
}

// An upload with a composite checksum of its own choice is completed with those of its parts.
Outcome<void> check_has_checksums(const std::vector<objects::NamedPart>& named,
                                  const Outcome<objects::Upload>& upload) {
  if (!upload || !upload->checksum_wanted || upload->checksum_type != objects::kComposite)
    return {};
  for (const objects::NamedPart& part : named) {
    if (!part.checksum.empty()) continue;
    const std::string algorithm = base::to_lower(upload->checksum_algorithm);
    return fail("InvalidRequest", 400,
                fmt::format("The upload was created using a {} checksum. The complete request must "
                            "include the checksum for each part. It was missing for part {} in the "
                            "request.",
                            algorithm, part.number));
  }
  return {};
}

// "bytes=first-last", both within the source.
Outcome<ByteRange> read_source_range(const std::string& text, std::uint64_t size) {
  const auto malformed = [&text] {
    return invalid_argument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and "
        "last are the zero-based offsets of the first and last bytes to copy",
        "x-amz-copy-source-range", text);
  };
  const auto dash = text.find('-');
  if (dash == std::string::npos || dash + 1 == text.size() ||
      text.find("=-") != std::string::npos) {
    return malformed();
  }
  const auto range = read_range(text, UINT64_MAX);
  if (!range || !*range) return malformed();
  if ((*range)->begin + (*range)->length > size) {
    return invalid_argument(
        fmt::format("Range specified is not valid for source object of size: {}", size),
        "x-amz-copy-source-range", text);
  }
  return **range;
}

std::string location_of(const wire::Call& call, const CompleteMultipartUploadRequest& input) {
  const auto host = call.head == nullptr ? std::nullopt : call.head->find("host");
  return fmt::format("{}://{}/{}/{}", call.head != nullptr && call.head->tls ? "https" : "http",
                     host.value_or("s3.amazonaws.com"), input.bucket, encode_key(input.key, "url"));
}

}  // namespace

S3::Answer<CreateMultipartUpload> S3::handle(CreateMultipartUpload, const Call& call,
                                             const CreateMultipartUploadRequest& input) {
  KENNEL_TRY_VOID(check_key(input.key));
  KENNEL_TRY_VOID(get_bucket(input));
  objects::Upload upload{.bucket = input.bucket,
                         .key = input.key,
                         .initiated = call.now,
                         .initiator = call.caller.arn};
  KENNEL_TRY(upload.attributes, read_attributes(input));
  if (input.checksum_algorithm) KENNEL_TRY_VOID(to_algorithm(*input.checksum_algorithm));
  upload.checksum_algorithm = input.checksum_algorithm.value_or("CRC64NVME");
  upload.checksum_wanted = input.checksum_algorithm.has_value();
  KENNEL_TRY(upload.checksum_type, checksum_type(upload.checksum_algorithm, input.checksum_type));
  KENNEL_TRY(upload, answered(parts_.uploads.create(std::move(upload)), {.bucket = input.bucket}));
  CreateMultipartUploadOutput output;
  output.bucket = input.bucket;
  output.key = input.key;
  output.upload_id = upload.id;
  if (input.checksum_algorithm) {
    output.checksum_algorithm = upload.checksum_algorithm;
    output.checksum_type = upload.checksum_type;
  }
  show_encryption(upload.attributes, output);
  return output;
}

S3::Answering<UploadPart> S3::handle(UploadPart, Call call, UploadPartRequest input,
                                     wire::BodyStream& body) {
  KENNEL_CO_TRY_VOID(check_part_number(input.part_number));
  KENNEL_CO_TRY_VOID(check_length(body));
  KENNEL_CO_TRY_VOID(check_wanted(input));
  KENNEL_CO_TRY_VOID(check_owner(input, parts_.account));
  KENNEL_CO_TRY(
      const objects::Upload upload,
      answered(parts_.uploads.get(input.bucket, input.key, input.upload_id), about(input)));
  KENNEL_CO_TRY(Promise promise, make_promise(input.content_md5, input.checksum_algorithm,
                                              given_checksum(input), body, call.head));
  KENNEL_CO_TRY_VOID(check_same_kind(upload, promise));
  promise.kept_algorithm = upload.checksum_algorithm;
  const std::optional<GivenChecksum> given = promise.checksum;
  const auto intake = std::make_shared<Intake>(parts_.blobs, std::move(promise));
  auto pouring = pour(parts_.runtime, body, intake);
  KENNEL_CO_TRY(const base::Bytes last, co_await std::move(pouring));
  const auto put = [&]() -> base::Result<Outcome<objects::Content>> {
    intake->append(last);
    auto received = intake->finish(body.trailers());
    if (!received) return Outcome<objects::Content>(tl::unexpected(received.error()));
    const objects::Content content = received->content;
    objects::NewPart part{static_cast<std::uint32_t>(input.part_number),
                          std::move(received->content), std::move(received->blob)};
    const auto done =
        answered(parts_.uploads.put_part(upload, std::move(part), call.now), about(input));
    if (!done) return Outcome<objects::Content>(tl::unexpected(done.error()));
    return Outcome<objects::Content>(content);
  };
  auto putting = aio::on_pool(parts_.runtime, put);
  auto done = co_await std::move(putting);
  if (!done) co_return wire::refuse(wire::throttled(kService));
  KENNEL_CO_TRY(const objects::Content content, *std::move(done));
  wire::Reply<UploadPartOutput> reply;
  reply.output.e_tag = in_quotes(content.etag);
  set_checksum(reply.output, content.checksum->algorithm, content.checksum->value);
  if (given && !given->value.empty()) set_checksum(reply.output, given->algorithm, given->value);
  show_encryption(upload.attributes, reply.output);
  co_return reply;
}

S3::Answer<UploadPartCopy> S3::handle(UploadPartCopy, const Call& call,
                                      const UploadPartCopyRequest& input) {
  KENNEL_TRY_VOID(check_part_number(input.part_number));
  KENNEL_TRY_VOID(check_owner(input, parts_.account));
  KENNEL_TRY(const objects::Upload upload,
             answered(parts_.uploads.get(input.bucket, input.key, input.upload_id), about(input)));
  KENNEL_TRY(OpenedSource source, open_source(parts_, input));
  const std::uint64_t size = source.version.content.size;
  ByteRange range{0, size};
  if (input.copy_source_range) {
    KENNEL_TRY(range, read_source_range(*input.copy_source_range, size));
  }
  KENNEL_TRY(const auto algorithm, to_algorithm(upload.checksum_algorithm));
  KENNEL_TRY(const SummedRange sums, sum_range(source.reader, range, algorithm));
  objects::NewPart part{.number = static_cast<std::uint32_t>(input.part_number)};
  part.content.size = range.length;
  part.content.etag = sums.md5;
  part.content.checksum =
      objects::StoredChecksum{upload.checksum_algorithm, objects::kFullObject, sums.checksum};
  part.content.extents = slice(source.version.content.extents, range);
  KENNEL_TRY_VOID(
      answered(parts_.uploads.put_part(upload, std::move(part), call.now), about(input)));
  UploadPartCopyOutput output;
  auto& result = output.copy_part_result.emplace();
  result.e_tag = in_quotes(sums.md5);
  result.last_modified = in_seconds(call.now);
  set_checksum(result, upload.checksum_algorithm, sums.checksum);
  output.copy_source_version_id = source.shown_version;
  show_encryption(upload.attributes, output);
  return output;
}

S3::Answer<CompleteMultipartUpload> S3::handle(CompleteMultipartUpload, const Call& call,
                                               const CompleteMultipartUploadRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  const auto named = named_parts(input.multipart_upload.value_or(CompletedMultipartUpload{}));
  if (named.empty()) {
    return fail("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
  }
  KENNEL_TRY(const auto conditions, write_conditions(input));
  KENNEL_TRY_VOID(check_has_checksums(
      named, answered(parts_.uploads.get(input.bucket, input.key, input.upload_id), about(input))));
  objects::Completion completion{.parts = named, .conditions = conditions};
  if (const auto checksum = given_checksum(input)) completion.checksum = checksum->value;
  if (input.mpu_object_size) {
    completion.size = static_cast<std::uint64_t>(*input.mpu_object_size);
  }
  auto completed =
      parts_.uploads.complete(input.bucket, input.key, input.upload_id, completion, call.now);
  if (!completed && completed.error().problem == objects::Problem::kOtherContent) {
    return completed.error().message.empty()
               ? bad_digest("checksum")
               : fail("InvalidRequest", 400, completed.error().message);
  }
  KENNEL_TRY(const auto version, answered(std::move(completed), about(input)));
  CompleteMultipartUploadOutput output;
  output.location = location_of(call, input);
  output.bucket = input.bucket;
  output.key = input.key;
  output.e_tag = in_quotes(version.content.etag);
  set_checksum(output, version.content.checksum);
  if (!version.is_null) output.version_id = version.id;
  output.expiration = expiration_of(version);
  show_encryption(version.attributes, output);
  return output;
}

S3::Answer<AbortMultipartUpload> S3::handle(AbortMultipartUpload, const Call&,
                                            const AbortMultipartUploadRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(
      answered(parts_.uploads.abort(input.bucket, input.key, input.upload_id), about(input)));
  return AbortMultipartUploadOutput{};
}

S3::Answer<ListParts> S3::handle(ListParts, const Call&, const ListPartsRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY(const objects::Upload upload,
             answered(parts_.uploads.get(input.bucket, input.key, input.upload_id), about(input)));
  const std::int32_t limit = std::clamp(input.max_parts.value_or(kPageMax), 0, kPageMax);
  const std::int32_t after = std::max(input.part_number_marker.value_or(0), 0);
  const auto page = parts_.uploads.list_parts(upload, static_cast<std::uint32_t>(after),
                                              static_cast<std::size_t>(limit));
  ListPartsOutput output;
  output.bucket = input.bucket;
  output.key = input.key;
  output.upload_id = input.upload_id;
  output.part_number_marker = after;
  output.max_parts = limit;
  output.is_truncated = page.truncated;
  output.storage_class = upload.attributes.storage_class;
  output.owner = owner();
  output.initiator.emplace().id = upload.initiator;
  output.checksum_algorithm = upload.checksum_algorithm;
  output.checksum_type = upload.checksum_type;
  for (const objects::Part& part : page.parts) {
    if (!output.parts) output.parts.emplace();
    Part shown;
    shown.part_number = static_cast<std::int32_t>(part.number);
    shown.last_modified = in_seconds(part.modified);
    shown.e_tag = in_quotes(part.content.etag);
    shown.size = static_cast<std::int64_t>(part.content.size);
    if (part.content.checksum) {
      set_checksum(shown, part.content.checksum->algorithm, part.content.checksum->value);
    }
    output.next_part_number_marker = shown.part_number;
    output.parts->push_back(std::move(shown));
  }
  return output;
}

S3::Answer<ListMultipartUploads> S3::handle(ListMultipartUploads, const Call&,
                                            const ListMultipartUploadsRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  const std::int32_t limit = std::clamp(input.max_uploads.value_or(kPageMax), 0, kPageMax);
  const auto page = parts_.uploads.list({.bucket = input.bucket,
                                         .prefix = input.prefix.value_or(""),
                                         .delimiter = input.delimiter.value_or(""),
                                         .after = input.key_marker.value_or(""),
                                         .after_id = input.upload_id_marker.value_or(""),
                                         .limit = static_cast<std::size_t>(limit)});
  ListMultipartUploadsOutput output;
  output.bucket = input.bucket;
  output.prefix = encode_key(input.prefix.value_or(""), input.encoding_type);
  if (input.delimiter && !input.delimiter->empty()) {
    output.delimiter = encode_key(*input.delimiter, input.encoding_type);
  }
  output.key_marker = encode_key(input.key_marker.value_or(""), input.encoding_type);
  output.upload_id_marker = input.upload_id_marker.value_or("");
  output.max_uploads = limit;
  output.encoding_type = input.encoding_type;
  output.is_truncated = page.truncated;
  if (page.truncated) {
    output.next_key_marker = encode_key(page.last, input.encoding_type);
    output.next_upload_id_marker = page.last_id;
  }
  for (const objects::Upload& upload : page.uploads) {
    if (!output.uploads) output.uploads.emplace();
    MultipartUpload shown;
    shown.upload_id = upload.id;
    shown.key = encode_key(upload.key, input.encoding_type);
    shown.initiated = in_seconds(upload.initiated);
    shown.storage_class = upload.attributes.storage_class;
    shown.owner = owner();
    shown.initiator.emplace().id = upload.initiator;
    shown.checksum_algorithm = upload.checksum_algorithm;
    shown.checksum_type = upload.checksum_type;
    output.uploads->push_back(std::move(shown));
  }
  for (const std::string& prefix : page.prefixes) {
    if (!output.common_prefixes) output.common_prefixes.emplace();
    output.common_prefixes->push_back({encode_key(prefix, input.encoding_type)});
  }
  return output;
}

}  // namespace kennel::services::s3
