#include "wire/post_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/json_text.h"
#include "wire/text.h"
#include "wire/timestamp.h"

namespace kennel::wire {
namespace {

constexpr std::string_view kFileNameVariable = "${filename}";

tl::unexpected<ApiError> invalid(const std::string& what) {
  return refuse({"InvalidPolicyDocument", 400, "Invalid Policy: " + what});
}

tl::unexpected<ApiError> denied(const std::string& why) {
  return refuse({"AccessDenied", 403, "Invalid according to Policy: " + why});
}

// JSON knows no \$, S3's policies do.
std::string without_escaped_dollars(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escapes = text[at] == '\\' && at + 1 < text.size();
    if (escapes && text[at + 1] != '$') plain += text[at];
    if (escapes) ++at;
    plain += text[at];
  }
  return plain;
}

Outcome<Document> read_document(std::string_view base64) {
  std::string packed(base64);
  std::erase_if(packed, [](char letter) { return letter == '\r' || letter == '\n'; });
  const auto bytes = base::from_base64(packed);
  if (!bytes) return invalid("it is not base64.");
  auto document = parse_json(without_escaped_dollars(base::as_text(*bytes)));
  if (!document) return invalid("Invalid JSON: " + document.error() + ".");
  if (!document->is_object()) return invalid("it is not a JSON object.");
  return *std::move(document);
}

std::optional<std::uint64_t> to_size(const Document& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty() || text.size() > 18 ||
      text.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoull(text);
}

std::string to_shown(std::string_view op, std::string_view field, std::string_view value) {
  return fmt::format("[\"{}\", \"${}\", \"{}\"]", op, field, show(value));
}

// Those that vouch for the policy, or for nothing.
bool needs_no_condition(std::string_view lower_name) {
  constexpr std::array<std::string_view, 5> kNames{"awsaccesskeyid", "file", "policy", "signature",
                                                   "x-amz-signature"};
  return std::ranges::find(kNames, lower_name) != kNames.end() ||
         lower_name.starts_with("x-ignore-");
}

}  // namespace

Outcome<PostPolicy> PostPolicy::parse(std::string_view base64) {
  KENNEL_TRY(const Document document, read_document(base64));
  const auto expiration = document.find("expiration");
  if (expiration == document.end()) return invalid("Policy missing expiration.");
  const auto time = expiration->is_string()
                        ? parse_timestamp(expiration->get_ref<const std::string&>())
                        : std::nullopt;
  if (!time) return invalid("Invalid 'expiration' value: '" + show(write_json(*expiration)) + "'");
  const auto conditions = document.find("conditions");
  if (conditions == document.end()) return invalid("Policy missing conditions.");
  if (!conditions->is_array()) return invalid("Invalid 'conditions' value: must be a List.");
  PostPolicy policy;
  policy.expires_ = *time;
  for (const Document& condition : *conditions) KENNEL_TRY_VOID(policy.add(condition));
  return policy;
}

Outcome<void> PostPolicy::add(const Document& condition) {
  if (condition.is_array()) {
    const bool has_operator = !condition.empty() && condition[0].is_string();
    const bool is_range =
        has_operator &&
        base::equals_ignoring_case(condition[0].get<std::string>(), "content-length-range");
    return is_range ? add_size_range(condition) : add_match(condition);
  }
  if (!condition.is_object()) return invalid("a condition must be a List or an Object.");
  if (condition.size() != 1) {
    return invalid(
        "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
  }
  const auto entry = condition.begin();
  if (!entry->is_string()) return invalid("Invalid Simple-Condition: value must be a string.");
  return add_match(Document::array({"eq", "$" + entry.key(), *entry}));
}

Outcome<void> PostPolicy::add_match(const Document& condition) {
  const bool is_match =
      condition.size() == 3 && std::ranges::all_of(condition, &Document::is_string);
  if (!is_match)
    return invalid("a condition must be an operator, a $field and a value: three strings.");
  const std::string op = base::to_lower(condition[0].get<std::string>());
  const std::string field = base::to_lower(condition[1].get<std::string>());
  if (op != "eq" && op != "starts-with") {
    return invalid("Unexpected: '" + show(condition[0].get<std::string>()) + "'");
  }
  if (field.size() < 2 || field[0] != '$') {
    return invalid("a condition must be on a field, with a $ before its name, not on '" +
                   show(field) + "'");
  }
  const std::string name = field.substr(1);
  const std::string value = condition[2].get<std::string>();
  conditions_.push_back(
      {op == "eq" ? Kind::kEquals : Kind::kStartsWith, name, value, to_shown(op, name, value)});
  return {};
}

Outcome<void> PostPolicy::add_size_range(const Document& condition) {
  const auto min = condition.size() == 3 ? to_size(condition[1]) : std::nullopt;
  const auto max = condition.size() == 3 ? to_size(condition[2]) : std::nullopt;
  if (!min || !max) {
    return invalid("content-length-range must have two numbers, the least and the most bytes.");
  }
  // All of several hold.
  size_range_ = {std::max(size_range_.min, *min), std::min(size_range_.max, *max)};
  return {};
}

bool PostPolicy::holds(const Condition& condition, std::string_view value) {
  if (condition.kind == Kind::kEquals) return value == condition.value;
  if (condition.field != "content-type") return value.starts_with(condition.value);
  // A list: each must begin so.
  for (;;) {
    const std::size_t comma = value.find(',');
    if (!without_blanks(value.substr(0, comma)).starts_with(condition.value)) return false;
    if (comma == std::string_view::npos) return true;
    value.remove_prefix(comma + 1);
  }
}

bool PostPolicy::speaks_of(std::string_view field) const {
  return std::ranges::find(conditions_, field, &Condition::field) != conditions_.end();
}

Outcome<void> PostPolicy::check(std::string_view bucket, std::span<const base::Field> fields,
                                TimePoint now) const {
  if (to_epoch_seconds(now) >= expires_) return denied("Policy expired.");
  for (const Condition& condition : conditions_) {
    const auto value =
        condition.field == "bucket" ? bucket : base::find_field(fields, condition.field);
    if (!value || !holds(condition, *value)) {
      return denied("Policy Condition failed: " + condition.text);
    }
  }
  std::string extra;
  for (const base::Field& field : fields) {
    const std::string name = base::to_lower(field.name);
    if (needs_no_condition(name) || speaks_of(name)) continue;
    extra += extra.empty() ? "" : ", ";
    extra += show(name);
  }
  if (!extra.empty()) return denied("Extra input fields: " + extra);
  return {};
}

void expand_file_name(base::Fields& fields, std::string_view file_name) {
  for (base::Field& field : fields) {
    std::string_view rest = field.value;
    std::string expanded;
    for (std::size_t at = rest.find(kFileNameVariable); at != std::string_view::npos;
         at = rest.find(kFileNameVariable)) {
      expanded.append(rest.substr(0, at)).append(file_name);
      rest.remove_prefix(at + kFileNameVariable.size());
    }
    expanded += rest;
    field.value = std::move(expanded);
  }
}

ApiError file_too_large(std::uint64_t bytes, const SizeRange& range) {
  ApiError error{"EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size"};
  error.details = {{"ProposedSize", std::to_string(bytes)},
                   {"MaxSizeAllowed", std::to_string(range.max)}};
  return error;
}

ApiError file_too_small(std::uint64_t bytes, const SizeRange& range) {
  ApiError error{"EntityTooSmall", 400,
                 "Your proposed upload is smaller than the minimum allowed size"};
  error.details = {{"ProposedSize", std::to_string(bytes)},
                   {"MinSizeAllowed", std::to_string(range.min)}};
  return error;
}

}  // namespace kennel::wire
