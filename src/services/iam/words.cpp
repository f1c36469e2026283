#include "services/iam/words.h"

#include <algorithm>
#include <cctype>

#include "base/bytes.h"

namespace kennel::services::iam {

using wire::Outcome;

tl::unexpected<wire::ApiError> to_error(access::DirectoryError error) {
  switch (error.problem) {
    case access::DirectoryProblem::kMissing:
      return no_such_entity(std::move(error.message));
    case access::DirectoryProblem::kExists:
      return entity_already_exists(std::move(error.message));
    case access::DirectoryProblem::kInUse:
      return delete_conflict(std::move(error.message));
    case access::DirectoryProblem::kLimit:
      return limit_exceeded(std::move(error.message));
    case access::DirectoryProblem::kProtected:
      return unmodifiable_entity(std::move(error.message));
    case access::DirectoryProblem::kBusy:
      break;
  }
  return wire::refuse({"Throttling", 400, "Rate exceeded"});
}

tl::unexpected<wire::ApiError> validation_error(std::string message) {
  return wire::refuse({"ValidationError", 400, std::move(message)});
}

std::string encode_document(std::string_view document) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char letter : document) {
    const auto byte = static_cast<unsigned char>(letter);
    if ((byte < 128 && std::isalnum(byte) != 0) ||
        std::string_view("-._~").find(letter) != std::string_view::npos) {
      text += letter;
    } else {
      text += {'%', kDigits[byte >> 4], kDigits[byte & 0x0f]};
    }
  }
  return text;
}

std::size_t count_letters(std::string_view document) {
  return static_cast<std::size_t>(std::ranges::count_if(
      document, [](unsigned char letter) { return std::isspace(letter) == 0; }));
}

Outcome<void> check_document(std::string_view document, access::PolicyUse use) {
  auto checked = access::check_policy_document(document, use);
  if (!checked) return malformed_policy_document(std::move(checked).error().message);
  return {};
}

Outcome<std::vector<access::Tag>> to_tags(const std::vector<Tag>& tags) {
  std::vector<access::Tag> list;
  for (const Tag& tag : tags) list.push_back({tag.key, tag.value});
  if (!access::has_repeated_key(list)) return list;
  return invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
}

std::vector<Tag> from_tags(const std::vector<access::Tag>& tags) {
  std::vector<Tag> list;
  for (const access::Tag& tag : tags) list.push_back({tag.key, tag.value});
  return list;
}

std::string to_marker(std::string_view position) {
  return base::to_base64(base::as_bytes(position));
}

Outcome<std::string> from_marker(const std::optional<std::string>& marker) {
  if (!marker) return std::string();
  const auto position = base::from_base64(*marker);
  if (!position) return validation_error("Invalid Marker.");
  return std::string(base::as_text(*position));
}

std::size_t page_size(const std::optional<std::int32_t>& max_items) {
  constexpr std::int32_t kDefault = 100;
  return static_cast<std::size_t>(max_items.value_or(kDefault));
}

}  // namespace kennel::services::iam
