// Paths and queries as Signature Version 4 writes them. Pure, any thread.
//
// What is not unreserved in RFC 3986 (letters, digits, - . _ ~) becomes %XX in upper case. A `+` is
// a plus, in paths and in queries alike, and becomes %2B: SigV4 knows no form encoding, clients
// write a blank as %20. (botocore would sign a raw `+` of a hand-written URL as it stands, but
// sends %20 and %2B in all requests of its own.) Whoever decodes the query after us must read it so
// too.
#pragma once

#include <string>
#include <string_view>

#include "sign/sigv4.h"

namespace kennel::sign {

struct TargetParts {
  std::string_view path;
  std::string_view query;  // without the '?'
};
[[nodiscard]] TargetParts split_target(std::string_view target);

// A name and its value, still encoded; no '=' is an empty value.
struct Parameter {
  std::string_view whole;
  std::string_view name;
  std::string_view value;

  // Nothing stands between two '&': no parameter.
  [[nodiscard]] bool is_empty() const { return whole.empty(); }
};
// Takes the first parameter off a query that is not empty.
[[nodiscard]] Parameter take_parameter(std::string_view& query);

// A '%' that two hexadecimal digits do not follow stands for itself.
[[nodiscard]] std::string percent_decode(std::string_view text);
void append_percent_encoded(std::string& out, std::string_view bytes);

// kNormalizedTwiceEncoded: without dot segments and double slashes, and what is left encoded once
// more; so /a/../b has the signature of /b, and a router that takes these paths apart must
// normalize them as well. kAsSent: in the one spelling that we sign, %2F apart from '/'.
void append_canonical_path(std::string& out, std::string_view path, PathRule rule);
// Sorted by encoded name, then value; without X-Amz-Signature.
void append_canonical_query(std::string& out, std::string_view query);

}  // namespace kennel::sign
