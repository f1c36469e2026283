#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "wire/scalar.h"
#include "wire/text.h"
#include "wire/xml_value.h"

namespace kennel::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// What XML 1.0 has no way to say becomes U+FFFD: a page of a listing with one such key must stay
// readable. (S3 writes &#x1;, which parsers refuse.) Line ends would be changed by the reader.
enum class Place { kText, kAttribute };  // in an attribute, readers make blanks of line ends

void append_escaped(std::string& out, std::string_view text, Place place = Place::kText) {
  for (const char letter : text) {
    if (letter == '&') {
      out += "&amp;";
    } else if (letter == '<') {
      out += "&lt;";
    } else if (letter == '>') {
      out += "&gt;";
    } else if (letter == '"') {
      out += "&quot;";
    } else if (letter == '\r') {
      out += "&#xD;";
    } else if (place == Place::kAttribute && (letter == '\n' || letter == '\t')) {
      out += letter == '\n' ? "&#xA;" : "&#x9;";
    } else if (letter >= '\0' && letter < ' ' && letter != '\n' && letter != '\t') {
      out += kReplacement;
    } else {
      out += letter;
    }
  }
}

// U+FFFE and U+FFFF are no characters of XML either.
std::string without_noncharacters(std::string_view text) {
  std::string clean(text);
  for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (auto at = clean.find(bad); at != std::string::npos; at = clean.find(bad, at)) {
      clean.replace(at, bad.size(), kReplacement);
    }
  }
  return clean;
}

bool is_flattened(const Member& member) { return member.flattened || member.shape->flattened; }

// "xsi" of a structure with the attribute "xsi:type": the prefix of the structure's namespace.
std::string_view attribute_prefix(const Shape& shape) {
  for (const Member& member : shape.members) {
    const auto colon = member.wire_name.find(':');
    if (member.xml_attribute && colon != std::string_view::npos) {
      return member.wire_name.substr(0, colon);
    }
  }
  return {};
}

const Document* find_value(const Document& structure, const Member& member) {
  const auto found = structure.find(std::string(member.name));
  return found == structure.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

// How a value's own element is opened.
struct XmlWriter::Element {
  std::string_view name;
  std::string_view xml_namespace = {};
  std::string_view prefix = {};
  TimestampFormat timestamp = TimestampFormat::kDefault;
};

void XmlWriter::open(std::string_view name, std::string_view default_namespace) {
  out_ += fmt::format("<{}", name);
  if (!default_namespace.empty()) attribute("xmlns", default_namespace);
  out_ += '>';
}

void XmlWriter::close(std::string_view name) { out_ += fmt::format("</{}>", name); }

void XmlWriter::text_element(std::string_view name, std::string_view text) {
  element_with_namespace(name, "", text);
}

void XmlWriter::element_with_namespace(std::string_view name, std::string_view default_namespace,
                                       std::string_view text) {
  open(name, default_namespace);
  append_escaped(out_, is_utf8(text) ? without_noncharacters(text) : show(text));
  close(name);
}

void XmlWriter::attribute(std::string_view name, std::string_view value) {
  out_ += fmt::format(" {}=\"", name);
  append_escaped(out_, value, Place::kAttribute);
  out_ += '"';
}

void XmlWriter::attributes(const Shape& structure, const Document& value) {
  for (const Member& member : structure.members) {
    const Document* found = member.xml_attribute ? find_value(value, member) : nullptr;
    if (found != nullptr) {
      attribute(member.wire_name, scalar(*member.shape, *found, member.timestamp));
    }
  }
}

void XmlWriter::root(std::string_view name, std::string_view default_namespace,
                     const Shape& structure, const Document& value) {
  open(name, default_namespace);
  members(structure, value);
  close(name);
}

void XmlWriter::members(const Shape& structure, const Document& value) {
  for (const Member& one : structure.members) {
    if (one.location != Location::kBody || one.xml_attribute) continue;
    if (const Document* found = find_value(value, one)) member(one, *found);
  }
}

void XmlWriter::member(const Member& member, const Document& value) {
  const Shape& shape = *member.shape;
  if (is_flattened(member) && shape.kind == ShapeKind::kList) {
    return list_items(shape.element_name.empty() ? member.wire_name : shape.element_name, shape,
                      value);
  }
  if (is_flattened(member) && shape.kind == ShapeKind::kMap) {
    for (const auto& entry : value.items()) {
      map_entry(member.wire_name, shape, entry.key(), entry.value());
    }
    return;
  }
  element({member.wire_name, member.xml_namespace, member.xml_prefix, member.timestamp}, shape,
          value);
}

void XmlWriter::list_items(std::string_view name, const Shape& shape, const Document& value) {
  for (const Document& item : value) element({name}, *shape.element, item);
}

void XmlWriter::map_entry(std::string_view name, const Shape& shape, const std::string& key,
                          const Document& value) {
  open(name);
  text_element(shape.key_name.empty() ? "key" : shape.key_name, key);
  element({shape.element_name.empty() ? "value" : shape.element_name}, *shape.element, value);
  close(name);
}

void XmlWriter::element(const Element& element, const Shape& shape, const Document& value) {
  if (is_scalar(shape)) {
    return text_element(element.name, scalar(shape, value, element.timestamp));
  }
  out_ += fmt::format("<{}", element.name);
  const bool own = !element.xml_namespace.empty();
  const std::string_view prefix = own ? element.prefix : attribute_prefix(shape);
  const std::string_view xml_namespace = own ? element.xml_namespace : shape.xml_namespace;
  if (!xml_namespace.empty()) {
    attribute(prefix.empty() ? "xmlns" : fmt::format("xmlns:{}", prefix), xml_namespace);
  }
  if (shape.kind == ShapeKind::kStructure) attributes(shape, value);
  out_ += '>';
  if (shape.kind == ShapeKind::kStructure) {
    members(shape, value);
  } else if (shape.kind == ShapeKind::kList) {
    list_items(shape.element_name.empty() ? "member" : shape.element_name, shape, value);
  } else {
    for (const auto& entry : value.items()) map_entry("entry", shape, entry.key(), entry.value());
  }
  close(element.name);
}

std::string XmlWriter::scalar(const Shape& shape, const Document& value,
                              TimestampFormat of_member) const {
  const auto format = resolve_format(of_member, shape.timestamp, TimestampFormat::kIso8601);
  if (shape.kind == ShapeKind::kTimestamp) {
    return format_timestamp(value.get<double>(), format, fraction_);
  }
  return write_scalar(shape, value, format);
}

}  // namespace kennel::wire
