// Text for a terminal, and for what is none: colours, and text of others that must not steer it.
#pragma once

#include <string>
#include <string_view>

namespace kennel::apps {

// Whether standard output is a terminal that may be coloured: https://no-color.org.
[[nodiscard]] bool output_has_colours();

enum class Colour { kRed, kGreen, kYellow, kCyan };
[[nodiscard]] std::string coloured(std::string_view text, Colour colour);

// In one line, control characters as blanks.
[[nodiscard]] std::string one_line(std::string_view text);

// Without escape sequences and control characters but tabs; `keep_colours`: ESC [ ... m stays, with
// an end of it where there was one.
[[nodiscard]] std::string without_escapes(std::string_view text, bool keep_colours);

}  // namespace kennel::apps
