// The parts of a page that are plain HTML: they can be read without JavaScript.
#pragma once

#include <string>
#include <string_view>

#include "report/page.h"

namespace kennel::report {

[[nodiscard]] std::string headlines_html(const std::vector<Headline>& headlines);
// `<tag>text</tag>`, the text escaped; nothing for an empty text.
[[nodiscard]] std::string element(std::string_view tag, std::string_view text);

[[nodiscard]] std::string block_html(const Note& note);
[[nodiscard]] std::string block_html(const KeyValues& facts);
[[nodiscard]] std::string block_html(const Table& table);
[[nodiscard]] std::string block_html(const PhotoGrid& grid);

}  // namespace kennel::report
