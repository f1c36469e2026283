// Foreign text (class names, file names, messages) made safe to stand inside an HTML page.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace kennel::report {

// For element content and for attributes in double quotes. Bytes that are not UTF-8, and control
// characters that HTML does not know, become U+FFFD.
[[nodiscard]] std::string escape_html(std::string_view text);

// The JSON for a <script type="application/json"> block: no "<" is left in it, so nothing in it
// can end the block. Bytes that are not UTF-8 become U+FFFD, infinities and NaN null.
[[nodiscard]] std::string to_script_json(const nlohmann::json& value);

}  // namespace kennel::report
