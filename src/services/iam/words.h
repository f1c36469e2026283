// Between room access and IAM's wire: errors, tags, markers, documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/directory.h"
#include "services/iam/model.h"

namespace kennel::services::iam {

[[nodiscard]] tl::unexpected<wire::ApiError> to_error(access::DirectoryError error);
[[nodiscard]] tl::unexpected<wire::ApiError> validation_error(std::string message);

// IAM sends policy documents percent-encoded (RFC 3986).
[[nodiscard]] std::string encode_document(std::string_view document);
// How IAM counts a document against a quota: without blanks.
[[nodiscard]] std::size_t count_letters(std::string_view document);
[[nodiscard]] wire::Outcome<void> check_document(std::string_view document, access::PolicyUse use);

[[nodiscard]] wire::Outcome<std::vector<access::Tag>> to_tags(const std::vector<Tag>& tags);
[[nodiscard]] std::vector<Tag> from_tags(const std::vector<access::Tag>& tags);

// A marker is where the last page ended, opaque to the client.
[[nodiscard]] std::string to_marker(std::string_view position);
[[nodiscard]] wire::Outcome<std::string> from_marker(const std::optional<std::string>& marker);
[[nodiscard]] std::size_t page_size(const std::optional<std::int32_t>& max_items);

template <class T, class Response>
void mark_page(const access::Page<T>& page, Response& response) {
  response.is_truncated = !page.next.empty();
  if (!page.next.empty()) response.marker = to_marker(page.next);
}

// KENNEL_TRY for what room access refuses.
template <class T>
[[nodiscard]] wire::Outcome<T> answered(access::DirectoryResult<T> result) {
  if (!result) return to_error(std::move(result).error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(result);
  }
}

}  // namespace kennel::services::iam
