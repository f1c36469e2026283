#include "wire/scalar.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/error.h"
#include "base/field.h"
#include "wire/text.h"
#include "wire/timestamp.h"

namespace kennel::wire {
namespace {

tl::unexpected<std::string> not_a(const Shape& shape, std::string_view text) {
  return unreadable(
      fmt::format("STRING_VALUE cannot be converted to {}: '{}'", name_of(shape.kind), show(text)));
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

Read<Document> read_integer(const Shape& shape, std::string_view text) {
  const auto value = parse_number<std::int64_t>(text);
  if (!value || !is_in_range(shape, *value)) return not_a(shape, text);
  return Document(*value);
}

Read<Document> read_real(const Shape& shape, std::string_view text) {
  if (const auto special = read_special_number(text)) return Document(*special);
  const auto value = parse_number<double>(text);
  if (!value || !std::isfinite(*value)) return not_a(shape, text);
  return Document(*value);
}

Read<Document> read_boolean(const Shape& shape, std::string_view text) {
  if (base::equals_ignoring_case(text, "true")) return Document(true);
  if (base::equals_ignoring_case(text, "false")) return Document(false);
  return not_a(shape, text);
}

Read<Document> read_timestamp(const Shape& shape, std::string_view text) {
  const auto seconds = parse_timestamp(text);
  if (!seconds) return not_a(shape, text);
  return Document(*seconds);
}

Read<Document> read_blob(const Shape& shape, std::string_view text) {
  auto bytes = base::from_base64(text);
  if (!bytes) return not_a(shape, text);
  return Document::binary(*std::move(bytes));
}

}  // namespace

bool is_scalar(const Shape& shape) {
  return shape.kind != ShapeKind::kList && shape.kind != ShapeKind::kMap &&
         shape.kind != ShapeKind::kStructure;
}

bool is_in_range(const Shape& shape, std::int64_t value) {
  return shape.kind == ShapeKind::kLong || (value >= std::numeric_limits<std::int32_t>::min() &&
                                            value <= std::numeric_limits<std::int32_t>::max());
}

Read<Document> read_scalar(const Shape& shape, std::string_view text) {
  switch (shape.kind) {
    case ShapeKind::kString:
      return Document(std::string(text));
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
      return read_integer(shape, text);
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
      return read_real(shape, text);
    case ShapeKind::kBoolean:
      return read_boolean(shape, text);
    case ShapeKind::kTimestamp:
      return read_timestamp(shape, text);
    case ShapeKind::kBlob:
      return read_blob(shape, text);
    case ShapeKind::kList:
    case ShapeKind::kMap:
    case ShapeKind::kStructure:
      break;
  }
  return not_a(shape, text);
}

std::string write_scalar(const Shape& shape, const Document& value, TimestampFormat format) {
  switch (shape.kind) {
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
      return std::to_string(value.get<std::int64_t>());
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
      return write_number(value.get<double>());
    case ShapeKind::kBoolean:
      return value.get<bool>() ? "true" : "false";
    case ShapeKind::kTimestamp:
      return format_timestamp(value.get<double>(), format);
    case ShapeKind::kBlob:
      return base::to_base64(value.get_binary());
    case ShapeKind::kString:
      return value.get<std::string>();
    case ShapeKind::kList:
    case ShapeKind::kMap:
    case ShapeKind::kStructure:
      break;
  }
  base::end_with_bug("only scalars are written as text", std::source_location::current());
}

std::string write_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return fmt::format("{}", value);
}

std::optional<double> read_special_number(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::string_view name_of(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kString:
      return "String";
    case ShapeKind::kInteger:
      return "Integer";
    case ShapeKind::kLong:
      return "Long";
    case ShapeKind::kFloat:
      return "Float";
    case ShapeKind::kDouble:
      return "Double";
    case ShapeKind::kBoolean:
      return "Boolean";
    case ShapeKind::kTimestamp:
      return "Timestamp";
    case ShapeKind::kBlob:
      return "Blob";
    case ShapeKind::kList:
      return "List";
    case ShapeKind::kMap:
      return "Map";
    case ShapeKind::kStructure:
      return "Structure";
  }
  return "";
}

}  // namespace kennel::wire
