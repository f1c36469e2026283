#include "hosting/multipart.h"

#include <fmt/format.h>

#include "base/field.h"
#include "http/grammar.h"
#include "http/parameters.h"

namespace kennel::hosting {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

tl::unexpected<Refusal> malformed(std::string_view what) {
  return refuse(400, "BadForm", fmt::format("the body is no multipart/form-data: {}", what));
}

// Takes a part's header fields, with the empty line behind them, off `text`.
Outcome<FormPart> take_part_head(std::string_view& text) {
  FormPart part;
  bool named = false;
  while (true) {
    const std::size_t end = text.find(kLineEnd);
    if (end == std::string_view::npos) return malformed("it ends within a part's head");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + kLineEnd.size());
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("a part's head has a line without a :");
    if (!base::equals_ignoring_case(line.substr(0, colon), "Content-Disposition")) continue;
    const auto disposition = http::parse_parameterized(line.substr(colon + 1));
    if (!disposition || disposition->word != "form-data") {
      return malformed("a part's Content-Disposition cannot be read");
    }
    part.name = disposition->find("name").value_or("");
    part.is_file = disposition->find("filename").has_value();
    named = true;
  }
  if (!named) return malformed("a part has no Content-Disposition");
  return part;
}

}  // namespace

Outcome<std::vector<FormPart>> parse_multipart(std::string_view boundary, base::ByteView body) {
  const std::string delimiter = fmt::format("\r\n--{}", boundary);
  std::string_view text = base::as_text(body);
  // The first delimiter may stand at the very beginning, without the line end before it.
  std::string_view opening = std::string_view(delimiter).substr(kLineEnd.size());
  if (!text.starts_with(opening)) opening = delimiter;
  const std::size_t begin = text.find(opening);
  if (begin == std::string_view::npos) return malformed("its boundary is not in it");
  text.remove_prefix(begin + opening.size());
  std::vector<FormPart> parts;
  while (!text.starts_with("--")) {
    const std::size_t end = text.find(kLineEnd);
    if (end == std::string_view::npos || !http::trim_blanks(text.substr(0, end)).empty()) {
      return malformed("a boundary is not alone on its line");
    }
    if (parts.size() == kPartsMax) return malformed(fmt::format("over {} parts", kPartsMax));
    text.remove_prefix(end + kLineEnd.size());
    auto part = take_part_head(text);
    if (!part) return tl::unexpected(std::move(part).error());
    const std::size_t size = text.find(delimiter);
    if (size == std::string_view::npos) return malformed("it ends before its last boundary");
    part->content = base::as_bytes(text.substr(0, size));
    text.remove_prefix(size + delimiter.size());
    parts.push_back(*std::move(part));
  }
  return parts;
}

}  // namespace kennel::hosting
