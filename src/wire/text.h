// The forms that text takes on the wire: percent escapes, UTF-8. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace kennel::wire {

enum class Plus { kIsPlus, kIsBlank };  // in a path or a query string; in a form

// None where a % is not followed by two hex digits, or the bytes are no UTF-8.
[[nodiscard]] std::optional<std::string> decode_percent(std::string_view text, Plus plus);

using base::cut_text;
using base::is_utf8;

// Of text that is UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

[[nodiscard]] std::string_view without_blanks(std::string_view text);

// A client's value inside a message: what is not printable ASCII is shown as ?, and it is cut.
[[nodiscard]] std::string show(std::string_view text);

}  // namespace kennel::wire
