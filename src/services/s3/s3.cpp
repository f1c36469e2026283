#include "services/s3/s3.h"

#include <fmt/format.h>

#include "objects/lifecycle_document.h"
#include "services/s3/words.h"

namespace kennel::services::s3 {
namespace {

std::string look_up(std::string_view what, std::string_view of) {
  base::check(what == "source_arn", "S3's demands ask for the source of copies only");
  const auto source = parse_copy_source(of);
  if (!source) return "*";
  return fmt::format("arn:aws:s3:::{}/{}", source->bucket, source->key);
}

}  // namespace

wire::ServiceBinding S3::bind() { return wire::bind_service<Operations>(kService, *this, look_up); }

std::optional<std::string> S3::expiration_of(const objects::ObjectVersion& version) const {
  const auto document = parts_.buckets.get_setting(version.bucket, objects::kLifecycleSetting);
  if (!document || !*document) return std::nullopt;
  const auto notice = objects::find_expiry(objects::rules_from_document(**document), version);
  if (!notice) return std::nullopt;
  return fmt::format("expiry-date=\"{}\", rule-id=\"{}\"", http_date(notice->at),
                     encode_key(notice->rule_id, "url"));
}

}  // namespace kennel::services::s3
