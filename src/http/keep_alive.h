// Whether a connection goes on after a message (RFC 9112, section 9.3).
#pragma once

#include <algorithm>
#include <string_view>

#include "base/field.h"
#include "http/grammar.h"

namespace kennel::http {

// Whether an option stands in a list with commas, upper and lower case being the same.
[[nodiscard]] inline bool has_option(std::string_view list, std::string_view option) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (base::equals_ignoring_case(trim_blanks(list.substr(0, comma)), option)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

[[nodiscard]] inline bool asks_to_keep_alive(const base::Fields& fields, bool http_1_0) {
  bool close = false;
  bool keep = false;
  for (const base::Field& field : fields) {
    if (!base::equals_ignoring_case(field.name, "Connection")) continue;
    close = close || has_option(field.value, "close");
    keep = keep || has_option(field.value, "keep-alive");
  }
  return !close && (keep || !http_1_0);
}

}  // namespace kennel::http
