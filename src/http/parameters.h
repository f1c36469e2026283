// Values of header fields that have parameters behind a first word, as Content-Type and
// Content-Disposition do: `multipart/form-data; boundary="a b"` (RFC 9110, section 5.6.6). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/field.h"

namespace kennel::http {

struct ParameterizedValue {
  std::string word;  // in lower case, without blanks around it
  base::Fields parameters;

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    return base::find_field(parameters, name);
  }
};

// nullopt: the parameters cannot be read, or one is there twice. Of quoted values the quotes are
// gone; a backslash stays but before a quote or another, since browsers leave it alone.
[[nodiscard]] std::optional<ParameterizedValue> parse_parameterized(std::string_view value);

// The boundary of a multipart/form-data; nullopt where it is none, or has no boundary that RFC 2046
// allows.
[[nodiscard]] std::optional<std::string> find_form_boundary(std::string_view content_type);
[[nodiscard]] bool is_form_data(std::string_view content_type);

}  // namespace kennel::http
