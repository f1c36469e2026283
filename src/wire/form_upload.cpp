#include "wire/form_upload.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "http/parameters.h"
#include "sign/uri.h"
#include "wire/codec.h"
#include "wire/form.h"
#include "wire/refusal.h"
#include "wire/rest_request.h"
#include "wire/text.h"
#include "wire/xml_value.h"

namespace kennel::wire {
namespace {

const Operation* find_operation(const Service& service, std::string_view name) {
  const auto found = std::ranges::find(service.operations, name, &Operation::name);
  return found == service.operations.end() ? nullptr : &*found;
}

bool has_function(const ServiceBinding& binding, const Operation& operation) {
  const auto index = static_cast<std::size_t>(&operation - binding.service->operations.data());
  return index < binding.streaming.size() && binding.streaming[index];
}

// "/bucket" or "/bucket/".
std::optional<std::string> bucket_of(std::string_view target) {
  if (target.find('?') != std::string_view::npos || target.size() < 2) return std::nullopt;
  target.remove_prefix(1);
  if (target.ends_with('/')) target.remove_suffix(1);
  if (target.empty() || target.find('/') != std::string_view::npos) return std::nullopt;
  return decode_percent(target, Plus::kIsPlus);
}

// The fields that mean what the header fields of their names mean to PutObject.
bool is_header_field(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames{
      "cache-control", "content-disposition", "content-encoding", "content-language",
      "content-md5",   "content-type",        "expires",
  };
  const std::string lower = base::to_lower(name);
  return lower.starts_with("x-amz-") || std::ranges::find(kNames, lower) != kNames.end();
}

std::string encode(std::string_view text) {
  std::string encoded;
  sign::append_percent_encoded(encoded, text);
  return encoded;
}

// <Tagging> as x-amz-tagging has it: "k=v&k2=v2".
Outcome<std::string> to_query(const Service& service, std::string_view tagging) {
  const Operation* operation = find_operation(service, "PutObjectTagging");
  base::check(operation != nullptr, "a service with PutObject has PutObjectTagging");
  const auto document = read_xml_value(*find_payload(*operation->input)->shape, tagging, "Tagging");
  if (!document) return refuse(malformed_body(service, document.error()));
  std::string query;
  for (const Document& tag : document->value("TagSet", Document::array())) {
    query += query.empty() ? "" : "&";
    query += encode(tag.value("Key", "")) + "=" + encode(tag.value("Value", ""));
  }
  return query;
}

bool is_url(std::string_view text) {
  const std::string lower = base::to_lower(text.substr(0, 8));
  return (lower.starts_with("http://") || lower.starts_with("https://")) &&
         std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter <= '~'; });
}

}  // namespace

std::optional<FormTarget> find_form_target(const http::RequestHead& head, const Router& router,
                                           std::span<const ServiceBinding> bindings) {
  if (head.method != "POST" || !http::is_form_data(head.find("content-type").value_or("")) ||
      head.find("authorization")) {
    return std::nullopt;
  }
  auto bucket = bucket_of(router.path_style_target({head.method, head.target, head.fields}));
  if (!bucket) return std::nullopt;
  for (const ServiceBinding& binding : bindings) {
    if (binding.service->protocol != Protocol::kRestXml) continue;
    const Operation* operation = find_operation(*binding.service, "PutObject");
    if (operation != nullptr && has_function(binding, *operation)) {
      return FormTarget{&binding, operation, *std::move(bucket)};
    }
  }
  return std::nullopt;
}

Outcome<FormUpload> FormUpload::read(FormBody& body, const FormTarget& target, TimePoint now) {
  FormUpload upload(target);
  upload.fields_ = body.fields();
  expand_file_name(upload.fields_, body.file_name());
  upload.key_ = upload.find("key");
  if (!base::find_field(upload.fields_, "key")) {
    return refuse({"InvalidArgument", 400,
                   "Bucket POST must contain a field named 'key'.  If it is specified, please "
                   "check the order of the fields."});
  }
  if (upload.key_.empty()) {
    return refuse({"InvalidArgument", 400, "User key must have a length greater than 0."});
  }
  KENNEL_TRY(const PostPolicy policy, PostPolicy::parse(upload.find("policy")));
  KENNEL_TRY_VOID(policy.check(target.bucket, upload.fields_, now));
  SizeRange range = policy.size_range();
  range.max = std::min(range.max, target.operation->body_bytes_max);
  body.limit(range);
  return upload;
}

std::string_view FormUpload::find(std::string_view name) const {
  return base::find_field(fields_, name).value_or("");
}

Outcome<base::Fields> FormUpload::header_fields() const {
  base::Fields fields;
  for (const base::Field& field : fields_) {
    if (is_header_field(field.name)) fields.push_back(field);
    if (base::equals_ignoring_case(field.name, "acl")) fields.push_back({"x-amz-acl", field.value});
    if (base::equals_ignoring_case(field.name, "tagging")) {
      KENNEL_TRY(auto query, to_query(*target_.binding->service, field.value));
      fields.push_back({"x-amz-tagging", std::move(query)});
    }
  }
  return fields;
}

Outcome<Document> FormUpload::make_input() const {
  KENNEL_TRY(const base::Fields fields, header_fields());
  const std::string target = fmt::format("/{}/{}", encode(target_.bucket), encode(key_));
  return decode_input(*target_.binding->service, *target_.operation,
                      {target_.operation->method, target, fields, ""});
}

// The object's own URL; like S3 it has %2F for the slashes of the key.
std::string FormUpload::location(const http::RequestHead& head) const {
  std::string_view path = head.target;
  if (path.ends_with('/')) path.remove_suffix(1);
  return fmt::format("{}://{}{}/{}", head.tls ? "https" : "http", head.find("host").value_or(""),
                     path, encode(key_));
}

// What is no URL is passed over, as S3 does.
std::optional<std::string> FormUpload::next_page(std::string_view etag) const {
  std::string_view url = find("success_action_redirect");
  if (url.empty()) url = find("redirect");
  if (!is_url(url)) return std::nullopt;
  return fmt::format("{}{}bucket={}&key={}&etag={}", url,
                     url.find('?') == std::string_view::npos ? '?' : '&', encode(target_.bucket),
                     encode(key_), encode(etag));
}

void FormUpload::answer(const http::RequestHead& head, Answered& answered) const {
  const std::string etag = answered.output.value("ETag", "");
  const auto next = next_page(etag);
  const std::string at = next ? *next : location(head);
  const std::string_view status = find("success_action_status");
  answered.fields.push_back({"Location", at});
  answered.status = next ? 303 : status == "200" ? 200 : status == "201" ? 201 : 204;
  if (answered.status != 201) return;
  XmlWriter writer(Fraction::kAlways);
  writer.open("PostResponse");
  writer.text_element("Location", at);
  writer.text_element("Bucket", target_.bucket);
  writer.text_element("Key", key_);
  writer.text_element("ETag", etag);
  writer.close("PostResponse");
  answered.fields.push_back({"Content-Type", "application/xml"});
  answered.body = writer.take();
}

}  // namespace kennel::wire
