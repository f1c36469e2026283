// The signature's words in a query: X-Amz-Algorithm, X-Amz-Credential and so on, decoded. Pure, any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sign/sigv4.h"

namespace kennel::sign {

struct QueryWords {
  std::optional<std::string> algorithm;
  std::optional<std::string> credential;
  std::optional<std::string> date;
  std::optional<std::string> expires;
  std::optional<std::string> signed_fields;
  std::optional<std::string> signature;
  std::optional<std::string> session_token;
  std::optional<std::string> payload;
  // Signature version 2's.
  std::optional<std::string> access_key_id;
  std::optional<std::string> signature_v2;
  std::optional<std::string> expires_v2;
  std::optional<std::string> session_token_v2;

  [[nodiscard]] bool has_v4() const { return algorithm || credential || signature; }
  [[nodiscard]] bool has_v2() const { return access_key_id && signature_v2; }
};

// Refused when one of the words is there twice.
[[nodiscard]] Checked<QueryWords> find_query_words(std::string_view query);

// The claim of a presigned URL; `words` has some of Signature Version 4's.
[[nodiscard]] Checked<Claim> parse_presigned(const QueryWords& words, const RequestView& request);

}  // namespace kennel::sign
