#include "http/parameters.h"

#include <algorithm>

#include "http/grammar.h"

namespace kennel::http {
namespace {

constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046, 5.1.1
constexpr std::string_view kFormData = "multipart/form-data";

bool is_boundary_letter(char letter) {
  constexpr std::string_view kMarks = "'()+_,-./:=? ";
  return is_alphanumeric(letter) || kMarks.find(letter) != std::string_view::npos;
}

// Takes "; name=value" or "; name="value"" off a field's value; nullopt: there is none. Browsers
// write a quotation mark as %22 and leave backslashes alone, curl puts a backslash before both.
std::optional<base::Field> take_parameter(std::string_view& text) {
  text = trim_blanks(text);
  if (!text.starts_with(';')) return std::nullopt;
  text.remove_prefix(1);
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  base::Field parameter{base::to_lower(trim_blanks(text.substr(0, equals))), ""};
  text = trim_blanks(text.substr(equals + 1));
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(';'), text.size());
    parameter.value = trim_blanks(text.substr(0, end));
    text.remove_prefix(end);
    return parameter;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return parameter;
    }
    const bool escapes =
        text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    parameter.value += text[escapes ? ++at : at];
  }
  return std::nullopt;
}

std::string_view first_word(std::string_view value) {
  return trim_blanks(value.substr(0, value.find(';')));
}

}  // namespace

std::optional<ParameterizedValue> parse_parameterized(std::string_view value) {
  ParameterizedValue parsed{base::to_lower(first_word(value)), {}};
  std::string_view text = value.substr(std::min(value.find(';'), value.size()));
  while (!trim_blanks(text).empty()) {
    auto parameter = take_parameter(text);
    if (!parameter || parsed.find(parameter->name)) return std::nullopt;
    parsed.parameters.push_back(*std::move(parameter));
  }
  return parsed;
}

bool is_form_data(std::string_view content_type) {
  return base::equals_ignoring_case(first_word(content_type), kFormData);
}

std::optional<std::string> find_form_boundary(std::string_view content_type) {
  if (!is_form_data(content_type)) return std::nullopt;
  const auto parsed = parse_parameterized(content_type);
  const auto boundary = parsed ? parsed->find("boundary") : std::nullopt;
  const bool allowed = boundary && !boundary->empty() && boundary->size() <= kBoundaryBytesMax &&
                       std::ranges::all_of(*boundary, is_boundary_letter) &&
                       !boundary->ends_with(' ');
  return allowed ? std::optional(std::string(*boundary)) : std::nullopt;
}

}  // namespace kennel::http
