#include "wire/json_value.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/scalar.h"
#include "wire/text.h"
#include "wire/timestamp.h"
#include "wire/union_rule.h"

namespace kennel::wire {
namespace {

std::string_view token_of(const Document& json) {
  switch (json.type()) {
    case Document::value_t::boolean:
      return json.get<bool>() ? "TRUE_VALUE" : "FALSE_VALUE";
    case Document::value_t::number_integer:
    case Document::value_t::number_unsigned:
      return "NUMBER_VALUE";
    case Document::value_t::number_float:
      return "DECIMAL_VALUE";
    case Document::value_t::string:
      return "STRING_VALUE";
    case Document::value_t::array:
      return "START_ARRAY";
    case Document::value_t::object:
      return "START_OBJECT";
    default:
      return "NULL_VALUE";
  }
}

tl::unexpected<std::string> cannot_convert(const Document& json, const Shape& shape) {
  return unreadable(
      fmt::format("{} cannot be converted to {}", token_of(json), name_of(shape.kind)));
}

// Says where, once: the innermost name is enough to find the place.
tl::unexpected<std::string> at(std::string_view name, std::string what) {
  if (what.ends_with(')')) return unreadable(std::move(what));
  return unreadable(fmt::format("{} (at '{}')", what, show(name)));
}

std::optional<std::int64_t> whole_number(const Document& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(value);
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_number_float()) return std::nullopt;
  const auto value = json.get<double>();  // 1.0 and 1e3 are whole
  if (std::trunc(value) != value || std::abs(value) >= 9.0e15) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

Read<Document> read_integer(const Shape& shape, const Document& json) {
  const auto value = whole_number(json);
  if (!value || !is_in_range(shape, *value)) return cannot_convert(json, shape);
  return Document(*value);
}

Read<Document> read_real(const Shape& shape, const Document& json) {
  if (json.is_number()) return Document(json.get<double>());
  if (json.is_string()) {
    const auto special = read_special_number(json.get_ref<const std::string&>());
    if (special) return Document(*special);
  }
  return cannot_convert(json, shape);
}

Read<Document> read_timestamp(const Shape& shape, const Document& json) {
  if (json.is_number()) {
    const auto seconds = json.get<double>();
    if (seconds < kEpochSecondsMin || seconds > kEpochSecondsMax) {
      return cannot_convert(json, shape);
    }
    return Document(seconds);
  }
  if (!json.is_string()) return cannot_convert(json, shape);
  return read_scalar(shape, json.get_ref<const std::string&>());
}

Read<Document> read_list(const Shape& shape, const Document& json) {
  if (!json.is_array()) return cannot_convert(json, shape);
  Document list = Document::array();
  for (const Document& item : json) {
    if (item.is_null()) {
      list.emplace_back(nullptr);
      continue;
    }
    KENNEL_TRY(auto value, read_json_value(*shape.element, item));
    list.push_back(std::move(value));
  }
  return list;
}

Read<Document> read_map(const Shape& shape, const Document& json) {
  if (!json.is_object()) return cannot_convert(json, shape);
  Document map = Document::object();
  for (const auto& entry : json.items()) {
    if (entry.value().is_null()) {
      map[entry.key()] = nullptr;
      continue;
    }
    auto value = read_json_value(*shape.element, entry.value());
    if (!value) return at(entry.key(), std::move(value).error());
    map[entry.key()] = *std::move(value);
  }
  return map;
}

Read<Document> read_structure(const Shape& shape, const Document& json, Members members) {
  if (!json.is_object()) return cannot_convert(json, shape);
  Document structure = Document::object();
  for (const Member& member : shape.members) {
    if (members == Members::kBodyOnly && member.location != Location::kBody) continue;
    const auto found = json.find(std::string(member.wire_name));
    if (found == json.end() || found->is_null()) continue;
    auto value = read_json_value(*member.shape, *found);
    if (!value) return at(member.wire_name, std::move(value).error());
    structure[std::string(member.name)] = *std::move(value);
  }
  KENNEL_TRY_VOID(check_union(shape, structure));
  return structure;
}

Document timestamp_to_json(const Shape& shape, const Document& value, TimestampFormat of_member) {
  const auto format = resolve_format(of_member, shape.timestamp, TimestampFormat::kUnix);
  if (format == TimestampFormat::kUnix) return value;
  return write_scalar(shape, value, format);
}

Document real_to_json(const Document& value) {
  const auto number = value.get<double>();
  return std::isfinite(number) ? value : Document(write_number(number));
}

Document member_to_json(const Member& member, const Document& value) {
  if (member.shape->kind == ShapeKind::kTimestamp) {
    return timestamp_to_json(*member.shape, value, member.timestamp);
  }
  return to_json_value(*member.shape, value);
}

Document structure_to_json(const Shape& shape, const Document& value, Members members) {
  Document json = Document::object();
  for (const Member& member : shape.members) {
    if (members == Members::kBodyOnly && member.location != Location::kBody) continue;
    const auto found = value.find(std::string(member.name));
    if (found == value.end() || found->is_null()) continue;
    json[std::string(member.wire_name)] = member_to_json(member, *found);
  }
  return json;
}

Document list_to_json(const Shape& shape, const Document& value) {
  Document json = Document::array();
  for (const Document& item : value) json.push_back(to_json_value(*shape.element, item));
  return json;
}

Document map_to_json(const Shape& shape, const Document& value) {
  Document json = Document::object();
  for (const auto& entry : value.items()) {
    json[entry.key()] = to_json_value(*shape.element, entry.value());
  }
  return json;
}

}  // namespace

// The depth is bounded by the parser's: shapes are followed only where there is JSON.
Read<Document> read_json_value(const Shape& shape, const Document& json, Members members) {
  switch (shape.kind) {
    case ShapeKind::kString:
      if (!json.is_string()) return cannot_convert(json, shape);
      return json;
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
      return read_integer(shape, json);
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
      return read_real(shape, json);
    case ShapeKind::kBoolean:
      if (!json.is_boolean()) return cannot_convert(json, shape);
      return json;
    case ShapeKind::kTimestamp:
      return read_timestamp(shape, json);
    case ShapeKind::kBlob:
      if (!json.is_string()) return cannot_convert(json, shape);
      return read_scalar(shape, json.get_ref<const std::string&>());
    case ShapeKind::kList:
      return read_list(shape, json);
    case ShapeKind::kMap:
      return read_map(shape, json);
    case ShapeKind::kStructure:
      return read_structure(shape, json, members);
  }
  return cannot_convert(json, shape);
}

Document to_json_value(const Shape& shape, const Document& value, Members members) {
  if (value.is_null()) return value;
  switch (shape.kind) {
    case ShapeKind::kTimestamp:
      return timestamp_to_json(shape, value, TimestampFormat::kDefault);
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
      return real_to_json(value);
    case ShapeKind::kBlob:
      return base::to_base64(value.get_binary());
    case ShapeKind::kList:
      return list_to_json(shape, value);
    case ShapeKind::kMap:
      return map_to_json(shape, value);
    case ShapeKind::kStructure:
      return structure_to_json(shape, value, members);
    case ShapeKind::kString:
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
    case ShapeKind::kBoolean:
      break;
  }
  return value;
}

}  // namespace kennel::wire
