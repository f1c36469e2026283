#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "base/error.h"
#include "wire/scalar.h"
#include "wire/text.h"
#include "wire/union_rule.h"
#include "wire/xml_value.h"

namespace kennel::wire {
namespace {

// White space counts where it is all that an element has.
constexpr unsigned kParseOptions = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                                   pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single |
                                   pugi::parse_doctype;

// Clients choose prefixes as they like; the local name tells what an element is.
std::string_view local_name(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_element(const pugi::xml_node& node) { return node.type() == pugi::node_element; }

bool is_named(const pugi::xml_node& node, std::string_view name) {
  return is_element(node) && local_name(node.name()) == name;
}

tl::unexpected<std::string> wrong(std::string_view name, std::string_view what) {
  return unreadable(fmt::format("the element '{}' {}", show(name), what));
}

// The bytes of the document are UTF-8, but &#xD800; is not.
Read<std::string> text_of(const pugi::xml_node& element) {
  std::string text;
  for (const pugi::xml_node& child : element.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      text += child.value();
    }
  }
  if (!is_utf8(text)) return wrong(element.name(), "refers to what is no character");
  return text;
}

class DepthWalker final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node&) override { return depth() <= kDepthMax; }
};

Read<Document> read_element(const Shape& shape, const pugi::xml_node& element);

Read<Document> read_list(const Shape& shape, const pugi::xml_node& element) {
  const std::string_view name = shape.element_name.empty() ? "member" : shape.element_name;
  Document list = Document::array();
  for (const pugi::xml_node& item : element.children()) {
    if (!is_named(item, name)) continue;
    KENNEL_TRY(auto value, read_element(*shape.element, item));
    list.push_back(std::move(value));
  }
  return list;
}

Read<void> read_entry(const Shape& shape, const pugi::xml_node& entry, Document& map) {
  const std::string_view key_name = shape.key_name.empty() ? "key" : shape.key_name;
  const std::string_view value_name = shape.element_name.empty() ? "value" : shape.element_name;
  const pugi::xml_node key =
      entry.find_child([&](const pugi::xml_node& node) { return is_named(node, key_name); });
  const pugi::xml_node item =
      entry.find_child([&](const pugi::xml_node& node) { return is_named(node, value_name); });
  if (!key || !item) return wrong(entry.name(), "must have a key and a value");
  KENNEL_TRY(std::string key_text, text_of(key));
  if (map.contains(key_text)) return wrong(entry.name(), "has a key more than once");
  KENNEL_TRY(auto value, read_element(*shape.element, item));
  map[std::move(key_text)] = std::move(value);
  return {};
}

Read<Document> read_map(const Shape& shape, const pugi::xml_node& element) {
  Document map = Document::object();
  for (const pugi::xml_node& entry : element.children()) {
    if (is_named(entry, "entry")) KENNEL_TRY_VOID(read_entry(shape, entry, map));
  }
  return map;
}

bool is_flattened(const Member& member) { return member.flattened || member.shape->flattened; }

bool has_name(const Member& member, const pugi::xml_node& node) {
  if (is_named(node, member.wire_name)) return true;
  return member.shape->kind == ShapeKind::kList && is_flattened(member) &&
         !member.shape->element_name.empty() && is_named(node, member.shape->element_name);
}

// A flattened collection: its items stand among the members of the structure.
Read<void> read_flattened(const Member& member, const pugi::xml_node& node, Document& structure) {
  const bool is_map = member.shape->kind == ShapeKind::kMap;
  Document& items = structure[std::string(member.name)];
  if (items.is_null()) items = is_map ? Document::object() : Document::array();
  if (is_map) return read_entry(*member.shape, node, items);
  KENNEL_TRY(auto value, read_element(*member.shape->element, node));
  items.push_back(std::move(value));
  return {};
}

Read<void> read_child(const Member& member, const pugi::xml_node& node, Document& structure) {
  if (is_flattened(member)) return read_flattened(member, node, structure);
  if (structure.contains(std::string(member.name))) {
    return wrong(node.name(), "is there more than once");
  }
  auto value = read_element(*member.shape, node);
  if (!value) return tl::unexpected(std::move(value).error());
  structure[std::string(member.name)] = *std::move(value);
  return {};
}

Read<void> read_attribute(const Member& member, const pugi::xml_node& element,
                          Document& structure) {
  for (const pugi::xml_attribute& attribute : element.attributes()) {
    if (local_name(attribute.name()) != local_name(member.wire_name)) continue;
    if (!is_utf8(attribute.value())) return wrong(element.name(), "refers to what is no character");
    KENNEL_TRY(auto value, read_scalar(*member.shape, attribute.value()));
    structure[std::string(member.name)] = std::move(value);
    return {};
  }
  return {};
}

// By elements, not by members: a flattened list of n items must not cost n members a look each.
const Member* find_member(const Shape& shape, const pugi::xml_node& node) {
  for (const Member& member : shape.members) {
    const bool in_body = member.location == Location::kBody && !member.xml_attribute;
    if (in_body && has_name(member, node)) return &member;
  }
  return nullptr;
}

Read<Document> read_structure(const Shape& shape, const pugi::xml_node& element) {
  Document structure = Document::object();
  for (const Member& member : shape.members) {
    if (member.xml_attribute) KENNEL_TRY_VOID(read_attribute(member, element, structure));
  }
  for (const pugi::xml_node& child : element.children()) {
    if (!is_element(child)) continue;
    const Member* member = find_member(shape, child);
    if (member != nullptr) KENNEL_TRY_VOID(read_child(*member, child, structure));
  }
  KENNEL_TRY_VOID(check_union(shape, structure));
  return structure;
}

// The depth was bounded before: shapes are followed only where there are elements.
Read<Document> read_element(const Shape& shape, const pugi::xml_node& element) {
  switch (shape.kind) {
    case ShapeKind::kList:
      return read_list(shape, element);
    case ShapeKind::kMap:
      return read_map(shape, element);
    case ShapeKind::kStructure:
      return read_structure(shape, element);
    default:
      break;
  }
  KENNEL_TRY(const auto text, text_of(element));
  auto value = read_scalar(shape, text);
  if (!value) return wrong(element.name(), "cannot be read: " + value.error());
  return value;
}

Read<pugi::xml_node> check_document(pugi::xml_document& document, std::string_view root_name) {
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype) return unreadable("a document type is not allowed");
  }
  DepthWalker walker;
  if (!document.traverse(walker)) {
    return unreadable(fmt::format("elements are nested more than {} deep", kDepthMax));
  }
  pugi::xml_node root = document.document_element();
  if (root.next_sibling() && is_element(root.next_sibling())) {
    return unreadable("there is more than one root element");
  }
  if (!root_name.empty() && local_name(root.name()) != root_name) {
    return wrong(root.name(), fmt::format("is the root, where '{}' was expected", root_name));
  }
  return root;
}

}  // namespace

Read<Document> read_xml_value(const Shape& shape, std::string_view text,
                              std::string_view root_name) {
  if (!is_utf8(text)) return unreadable("the body is not UTF-8");
  pugi::xml_document document;
  const auto parsed =
      document.load_buffer(text.data(), text.size(), kParseOptions, pugi::encoding_utf8);
  if (!parsed) {
    return unreadable(fmt::format("{} at byte {}", parsed.description(), parsed.offset));
  }
  KENNEL_TRY(const auto root, check_document(document, root_name));
  return read_structure(shape, root);
}

}  // namespace kennel::wire
