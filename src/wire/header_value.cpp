#include "wire/header_value.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/answer.h"
#include "wire/scalar.h"
#include "wire/text.h"

namespace kennel::wire {
namespace {

tl::unexpected<std::string> wrong(const Member& member, std::string_view what) {
  return unreadable("The header '" + std::string(member.wire_name) + "' " + std::string(what));
}

Read<Document> read_value(const Shape& shape, const Member& member, std::string_view text) {
  if (!is_utf8(text)) return wrong(member, "is not UTF-8");
  auto value = read_scalar(shape, text);
  if (!value) return wrong(member, "cannot be read: " + value.error());
  return value;
}

bool is_blank(char letter) { return letter == ' ' || letter == '\t'; }

// a, "b, c", d: commas between quotation marks part nothing (RFC 9110, 5.6.1 and 5.6.4).
Read<std::vector<std::string>> split_list(const Member& member, std::string_view text) {
  std::vector<std::string> items(1);
  bool quoted = false;
  bool was_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (letter == '"') {
      quoted = !quoted;
      was_quoted = true;
    } else if (quoted && letter == '\\' && at + 1 < text.size()) {
      items.back() += text[++at];
    } else if (!quoted && letter == ',') {
      if (!was_quoted) items.back() = without_blanks(items.back());
      was_quoted = false;
      items.emplace_back();
    } else if (quoted || !is_blank(letter) || (!was_quoted && !items.back().empty())) {
      items.back() += letter;
    }
  }
  if (quoted) return wrong(member, "ends within quotation marks");
  if (!was_quoted) items.back() = without_blanks(items.back());
  return items;
}

Read<Document> read_list(const Member& member, std::string_view text) {
  KENNEL_TRY(const auto items, split_list(member, text));
  Document list = Document::array();
  for (const std::string& item : items) {
    KENNEL_TRY(auto value, read_value(*member.shape->element, member, item));
    list.push_back(std::move(value));
  }
  return list;
}

Read<Document> read_json_text(const Member& member, std::string_view text) {
  const auto bytes = base::from_base64(text);
  if (!bytes || !is_utf8(base::as_text(*bytes))) return wrong(member, "is not JSON in base64");
  return Document(std::string(base::as_text(*bytes)));
}

// Names of fields know no case: the keys are in lower case, as S3 keeps them.
Read<std::optional<Document>> read_map(const Member& member, std::span<const base::Field> fields) {
  Document map = Document::object();
  const std::string_view prefix = member.wire_name;
  for (const base::Field& field : fields) {
    const std::string_view name = field.name;
    if (!base::equals_ignoring_case(name.substr(0, prefix.size()), prefix)) continue;
    KENNEL_TRY(auto value, read_value(*member.shape->element, member, field.value));
    const std::string key = base::to_lower(name.substr(prefix.size()));
    if (!is_utf8(key)) return wrong(member, "is not UTF-8");
    if (map.contains(key)) return wrong(member, "has '" + show(key) + "' more than once");
    map[key] = std::move(value);
  }
  if (map.empty()) return std::optional<Document>();
  return std::optional(std::move(map));
}

// All fields of the name as one, which is what HTTP says several of them mean.
std::optional<std::string> joined(std::span<const base::Field> fields, std::string_view name) {
  std::optional<std::string> all;
  for (const base::Field& field : fields) {
    if (!base::equals_ignoring_case(field.name, name)) continue;
    all = all ? *all + "," + field.value : field.value;
  }
  return all;
}

// Line ends in a value would make further fields of it.
std::string one_line(std::string text) {
  for (char& letter : text) {
    if ((letter >= '\0' && letter < ' ') || letter == '\x7f') letter = ' ';
  }
  return text;
}

std::string quote(const std::string& text) {
  if (text.find_first_of("\",") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + '"';
}

std::string write_header(const Member& member, const Shape& shape, const Document& value) {
  if (shape.kind == ShapeKind::kList) {
    std::string text;
    for (const Document& item : value) {
      if (!text.empty()) text += ',';
      text += quote(write_header(member, *shape.element, item));
    }
    return text;
  }
  if (member.json_value)
    return base::to_base64(base::as_bytes(value.get_ref<const std::string&>()));
  const auto format = member.timestamp != TimestampFormat::kDefault  ? member.timestamp
                      : shape.timestamp != TimestampFormat::kDefault ? shape.timestamp
                                                                     : TimestampFormat::kRfc822;
  return write_scalar(shape, value, format);
}

}  // namespace

Read<std::optional<Document>> read_header_member(const Member& member,
                                                 std::span<const base::Field> fields) {
  if (member.location == Location::kHeaders) return read_map(member, fields);
  const auto text = joined(fields, member.wire_name);
  if (!text) return std::optional<Document>();
  const auto as_optional = [](Document value) { return std::optional(std::move(value)); };
  if (member.json_value) return read_json_text(member, *text).map(as_optional);
  if (member.shape->kind == ShapeKind::kList) return read_list(member, *text).map(as_optional);
  return read_value(*member.shape, member, without_blanks(*text)).map(as_optional);
}

void add_header_members(const Shape& shape, const Document& value, base::Fields& fields) {
  for (const Member& member : shape.members) {
    const auto found = value.find(std::string(member.name));
    if (found == value.end() || found->is_null()) continue;
    if (member.location == Location::kHeader) {
      fields.push_back(
          {std::string(member.wire_name), one_line(write_header(member, *member.shape, *found))});
    } else if (member.location == Location::kHeaders) {
      for (const auto& entry : found->items()) {
        fields.push_back({one_line(std::string(member.wire_name) + entry.key()),
                          one_line(write_header(member, *member.shape->element, entry.value()))});
      }
    }
  }
}

}  // namespace kennel::wire
