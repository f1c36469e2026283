// application/x-www-form-urlencoded: the bodies of the query protocol, and every query string. Pure
// functions.
#pragma once

#include <string_view>

#include "base/field.h"
#include "wire/read.h"
#include "wire/text.h"

namespace kennel::wire {

// Names and values in their order, decoded, UTF-8; a name without = has an empty value. A plus is a
// blank in a form, and a plus in a query string: as it was signed.
[[nodiscard]] Read<base::Fields> parse_form(std::string_view text, Plus plus);

struct Target {
  std::string_view path;
  std::string_view query;  // without the question mark
};

[[nodiscard]] Target split_target(std::string_view target);

}  // namespace kennel::wire
