#include "services/s3/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "base/bytes.h"
#include "objects/uploads.h"
#include "wire/convert.h"
#include "wire/form.h"
#include "wire/timestamp.h"

namespace kennel::services::s3 {
namespace {

using objects::Problem;
using wire::ApiError;
using wire::Document;
using wire::Outcome;

ApiError make(std::string code, int status, std::string message,
              Document details = Document::object()) {
  ApiError error{std::move(code), status, std::move(message), status < 500};
  error.details = std::move(details);
  return error;
}

ApiError no_such_key(const objects::ProblemReport& report, const About& about) {
  ApiError error =
      make("NoSuchKey", 404, "The specified key does not exist.", {{"Key", about.key}});
  if (report.version_id.empty()) return error;
  error.fields =
      base::Fields{{"x-amz-delete-marker", "true"}, {"x-amz-version-id", report.version_id}};
  return error;
}

ApiError is_delete_marker(const objects::ProblemReport& report) {
  ApiError error =
      make("MethodNotAllowed", 405, "The specified method is not allowed against this resource.",
           {{"ResourceType", "DeleteMarker"}});
  error.fields = base::Fields{{"x-amz-delete-marker", "true"},
                              {"x-amz-version-id", report.version_id},
                              {"Last-Modified", http_date(report.modified)},
                              {"Allow", "DELETE"}};
  return error;
}

ApiError part_too_small(const objects::ProblemReport& report) {
  return make("EntityTooSmall", 400,
              "Your proposed upload is smaller than the minimum allowed size",
              {{"ProposedSize", std::to_string(report.part_size)},
               {"MinSizeAllowed", std::to_string(objects::kPartBytesMin)},
               {"PartNumber", std::to_string(report.part)}});
}

bool is_lower_or_digit(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

bool looks_like_an_address(std::string_view name) {
  return std::ranges::count(name, '.') == 3 &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

constexpr std::size_t kTagKeyLettersMax = 128;
constexpr std::size_t kTagValueLettersMax = 256;

bool is_tag_text(std::string_view text) {
  constexpr std::string_view kAlso = " +-=._:/@";
  return std::ranges::all_of(text, [kAlso](unsigned char letter) {
    return letter >= 0x80 || std::isalnum(letter) != 0 ||
           kAlso.find(static_cast<char>(letter)) != std::string_view::npos;
  });
}

Outcome<void> check_tags(const Tags& tags, std::size_t count_max) {
  if (tags.size() > count_max) {
    const bool of_object = count_max == 10;
    return fail(of_object ? "BadRequest" : "InvalidTag", 400,
                fmt::format("{} tags cannot be greater than {}", of_object ? "Object" : "Bucket",
                            count_max));
  }
  std::set<std::string_view> keys;
  for (const auto& [key, value] : tags) {
    if (key.starts_with("aws:")) {
      return fail("InvalidTag", 400, "System tags cannot be added/updated by requester");
    }
    if (key.empty() || wire::count_code_points(key) > kTagKeyLettersMax || !is_tag_text(key)) {
      return fail("InvalidTag", 400, "The TagKey you have provided is invalid");
    }
    if (wire::count_code_points(value) > kTagValueLettersMax || !is_tag_text(value)) {
      return fail("InvalidTag", 400, "The TagValue you have provided is invalid");
    }
    if (!keys.insert(key).second) {
      return fail("InvalidTag", 400, "Cannot provide multiple Tags with the same key");
    }
  }
  return {};
}

}  // namespace

tl::unexpected<ApiError> fail(std::string code, int status, std::string message, Document details) {
  return wire::refuse(make(std::move(code), status, std::move(message), std::move(details)));
}

tl::unexpected<ApiError> invalid_argument(std::string message, std::string_view name,
                                          std::string_view value) {
  return fail("InvalidArgument", 400, std::move(message),
              {{"ArgumentName", name}, {"ArgumentValue", wire::show(value)}});
}

tl::unexpected<ApiError> not_implemented(std::string_view what) {
  return fail(
      "NotImplemented", 501,
      fmt::format("This version of kennel does not have {}; docs/compatibility.md says what "
                  "it has.",
                  what));
}

tl::unexpected<ApiError> bad_digest(std::string_view algorithm) {
  return fail(
      "BadDigest", 400,
      algorithm == "Content-MD5"
          ? "The Content-MD5 you specified did not match what we received."
          : fmt::format("The {} you specified did not match the calculated checksum.", algorithm));
}

ApiError to_error(const objects::ProblemReport& report, const About& about) {
  switch (report.problem) {
    case Problem::kNoSuchBucket:
      return make("NoSuchBucket", 404, "The specified bucket does not exist",
                  {{"BucketName", about.bucket}});
    case Problem::kBucketExists:
      return make("BucketAlreadyOwnedByYou", 409,
                  "Your previous request to create the named bucket succeeded and you already own "
                  "it.",
                  {{"BucketName", about.bucket}});
    case Problem::kBucketNotEmpty:
      return make("BucketNotEmpty", 409, "The bucket you tried to delete is not empty",
                  {{"BucketName", about.bucket}});
    case Problem::kNoSuchKey:
      return no_such_key(report, about);
    case Problem::kNoSuchVersion:
      return make("NoSuchVersion", 404, "The specified version does not exist.",
                  {{"Key", about.key}, {"VersionId", about.version_id}});
    case Problem::kIsDeleteMarker:
      return is_delete_marker(report);
    case Problem::kPreconditionFailed:
      return make("PreconditionFailed", 412,
                  "At least one of the pre-conditions you specified did not hold",
                  {{"Condition", report.message}});
    case Problem::kNoSuchUpload:
      return make(
          "NoSuchUpload", 404,
          "The specified upload does not exist. The upload ID may be invalid, or the upload "
          "may have been aborted or completed.",
          {{"UploadId", about.upload_id}});
    case Problem::kInvalidPart:
      return make("InvalidPart", 400,
                  "One or more of the specified parts could not be found.  The part may not have "
                  "been uploaded, or the specified entity tag may not match the part's entity tag.",
                  {{"UploadId", about.upload_id}, {"PartNumber", std::to_string(report.part)}});
    case Problem::kInvalidPartOrder:
      return make("InvalidPartOrder", 400,
                  "The list of parts was not in ascending order. Parts must be ordered by part "
                  "number.",
                  {{"UploadId", about.upload_id}});
    case Problem::kPartTooSmall:
      return part_too_small(report);
    case Problem::kTooBusy:
      return make("SlowDown", 503, "Please reduce your request rate.");
    case Problem::kOtherContent:
      return make("InvalidRequest", 400, report.message);
    case Problem::kDamaged:
      break;
  }
  ApiError error = make("InternalError", 500,
                        "We encountered an internal error. The stored bytes of this object are "
                        "damaged: `kennel fsck` names what is.");
  return error;
}

std::string http_date(objects::TimePoint time) {
  return wire::format_timestamp(wire::to_epoch_seconds(in_seconds(time)),
                                wire::TimestampFormat::kRfc822);
}

std::string unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

objects::TimePoint in_seconds(objects::TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

Outcome<void> check_bucket_name(std::string_view name) {
  const bool good =
      name.size() >= 3 && name.size() <= 63 && is_lower_or_digit(name.front()) &&
      is_lower_or_digit(name.back()) &&
      std::ranges::all_of(name,
                          [](char letter) {
                            return is_lower_or_digit(letter) || letter == '-' || letter == '.';
                          }) &&
      name.find("..") == std::string_view::npos && !looks_like_an_address(name) &&
      !name.starts_with("xn--") && !name.starts_with("sthree-") &&
      !name.starts_with("amzn-s3-demo-") && !name.ends_with("-s3alias") &&
      !name.ends_with("--ol-s3") && !name.ends_with(".mrap") && !name.ends_with("--x-s3") &&
      !name.ends_with("--table-s3");
  if (good) return {};
  return fail("InvalidBucketName", 400, "The specified bucket is not valid.",
              {{"BucketName", wire::show(name)}});
}

Outcome<void> check_key(std::string_view key) {
  constexpr std::size_t kKeyBytesMax = 1024;
  if (key.size() > kKeyBytesMax) {
    return fail(
        "KeyTooLongError", 400, "Your key is too long",
        {{"Size", std::to_string(key.size())}, {"MaxSizeAllowed", std::to_string(kKeyBytesMax)}});
  }
  if (key.find('\0') != std::string_view::npos) {
    return invalid_argument("A key cannot have a zero byte in it", "key", key);
  }
  return {};
}

Outcome<void> check_version_id(const std::optional<std::string>& id) {
  if (!id || *id == "null") return {};
  const auto bytes = base::from_hex(*id);
  if (bytes && bytes->size() == 16) return {};
  return invalid_argument("Invalid version id specified", "versionId", *id);
}

Outcome<void> check_directive(const std::optional<std::string>& directive, std::string_view what) {
  if (!directive || *directive == "COPY" || *directive == "REPLACE") return {};
  return invalid_argument(fmt::format("Unknown {} directive.", what),
                          fmt::format("x-amz-{}-directive", what), *directive);
}

Outcome<void> check_acl(const std::optional<std::string>& acl) {
  if (!acl || *acl == "private" || *acl == "bucket-owner-full-control") return {};
  return fail("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
}

Outcome<Tags> to_tags(const std::vector<Tag>& list, std::size_t count_max) {
  Tags tags;
  for (const Tag& tag : list) tags.emplace_back(tag.key, tag.value);
  KENNEL_TRY_VOID(check_tags(tags, count_max));
  return tags;
}

Outcome<Tags> parse_tagging(const std::optional<std::string>& text) {
  if (!text) return Tags{};
  const auto form = wire::parse_form(*text, wire::Plus::kIsBlank);
  const auto is_repeated = [&form](const base::Field& field) {
    return std::ranges::count(*form, field.name, &base::Field::name) > 1;
  };
  if (!form || std::ranges::any_of(*form, is_repeated)) {
    return invalid_argument(
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
        "URL query parameters without tag name duplicates.",
        "x-amz-tagging", *text);
  }
  Tags tags;
  for (const base::Field& field : *form) tags.emplace_back(field.name, field.value);
  KENNEL_TRY_VOID(check_tags(tags, 10));
  return tags;
}

std::vector<Tag> from_tags(const Tags& tags) {
  std::vector<Tag> list;
  for (const auto& [key, value] : tags) list.push_back({key, value});
  return list;
}

std::string encode_key(std::string_view key, const std::optional<std::string>& encoding_type) {
  if (encoding_type != "url") return std::string(key);
  constexpr std::string_view kPlain = "-_.~/*";
  std::string text;
  for (const char letter : key) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') ||
                       kPlain.find(letter) != std::string_view::npos;
    if (plain) {
      text += letter;
    } else if (letter == ' ') {
      text += '+';
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    }
  }
  return text;
}

Outcome<CopySource> parse_copy_source(std::string_view text) {
  const auto malformed = [text] {
    return invalid_argument(
        "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        "x-amz-copy-source", text);
  };
  CopySource source;
  constexpr std::string_view kVersion = "?versionId=";
  if (const auto at = text.find(kVersion); at != std::string_view::npos) {
    source.version_id = std::string(text.substr(at + kVersion.size()));
    text = text.substr(0, at);
  }
  const auto decoded = wire::decode_percent(text, wire::Plus::kIsPlus);
  if (!decoded) return malformed();
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) return malformed();
  source.bucket = path.substr(0, slash);
  source.key = path.substr(slash + 1);
  return source;
}

Outcome<base::ChecksumAlgorithm> to_algorithm(std::string_view name) {
  if (const auto algorithm = objects::find_checksum_algorithm(name)) return *algorithm;
  return fail("InvalidRequest", 400,
              fmt::format("Checksum algorithm provided is unsupported: {}. Please try again with "
                          "any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
                          wire::show(name)));
}

Outcome<std::string> to_storage_class(const std::optional<std::string>& name) {
  constexpr std::array<std::string_view, 9> kClasses{
      "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA",     "INTELLIGENT_TIERING",
      "GLACIER",  "DEEP_ARCHIVE",       "GLACIER_IR",  "EXPRESS_ONEZONE"};
  if (!name) return "STANDARD";
  if (std::ranges::find(kClasses, *name) != kClasses.end()) return *name;
  return fail("InvalidStorageClass", 400, "The storage class you specified is not valid",
              {{"StorageClassRequested", wire::show(*name)}});
}

}  // namespace kennel::services::s3
