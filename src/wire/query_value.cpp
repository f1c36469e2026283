#include "wire/query_value.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "wire/scalar.h"
#include "wire/text.h"
#include "wire/union_rule.h"

namespace kennel::wire {
namespace {

// The form as a tree: "Tags.member.1.Key" is four steps down.
struct Node {
  std::optional<std::string_view> value;
  std::map<std::string_view, std::unique_ptr<Node>> children;

  [[nodiscard]] const Node* find(std::string_view name) const {
    const auto found = children.find(name);
    return found == children.end() ? nullptr : found->second.get();
  }
};

tl::unexpected<std::string> wrong(std::string_view name, std::string_view what) {
  return unreadable(fmt::format("The parameter '{}' {}", show(name), what));
}

// A name of dots costs a node a byte: all of a form's together are bounded.
constexpr std::size_t kNodesMax = 100'000;

class Tree {
 public:
  Read<void> add(const base::Field& field) {
    Node* node = &root_;
    std::string_view left = field.name;
    for (int depth = 0;; ++depth) {
      if (depth == 2 * kDepthMax || nodes_ > kNodesMax) {
        return wrong(field.name, "is nested too deeply");
      }
      const auto dot = left.find('.');
      node = &step_down(*node, left.substr(0, dot));
      if (dot == std::string_view::npos) break;
      left.remove_prefix(dot + 1);
    }
    if (node->value) return wrong(field.name, "is there more than once");
    node->value = field.value;
    return {};
  }

  [[nodiscard]] const Node& root() const { return root_; }

 private:
  Node& step_down(Node& node, std::string_view name) {
    auto& child = node.children[name];
    if (!child) {
      child = std::make_unique<Node>();
      ++nodes_;
    }
    return *child;
  }

  Node root_;
  std::size_t nodes_ = 0;
};

Read<Document> read_value(const Shape& shape, const Node& node, std::string_view name, int depth);

Read<Document> read_leaf(const Shape& shape, const Node& node, std::string_view name) {
  if (!node.value) return wrong(name, "must be one value, not a structure");
  auto value = read_scalar(shape, *node.value);
  if (!value) return wrong(name, "cannot be read: " + value.error());
  return value;
}

// "1" to "n" below a node. Gaps are refused, so that an index costs no more than its field.
Read<Document> read_items(const Shape& shape, const Node& items, std::string_view name, int depth) {
  Document list = Document::array();
  for (std::size_t index = 1; index <= items.children.size(); ++index) {
    const Node* item = items.find(std::to_string(index));
    if (item == nullptr) {
      return wrong(name, fmt::format("must have its items numbered from 1 without a gap: {} is "
                                     "missing",
                                     index));
    }
    KENNEL_TRY(auto value, read_value(*shape.element, *item, name, depth + 1));
    list.push_back(std::move(value));
  }
  return list;
}

// "X=" is how clients send an empty list.
bool is_empty_collection(const Node& node) {
  return node.children.empty() && node.value && node.value->empty();
}

Read<Document> read_list(const Shape& shape, const Node& node, std::string_view name, int depth,
                         bool flattened) {
  if (is_empty_collection(node)) return Document::array();
  if (flattened) return read_items(shape, node, name, depth);
  const Node* items = node.find(shape.element_name.empty() ? "member" : shape.element_name);
  if (items == nullptr) return wrong(name, "must be a list: its items are not numbered");
  return read_items(shape, *items, name, depth);
}

Read<Document> read_map(const Shape& shape, const Node& node, std::string_view name, int depth,
                        bool flattened) {
  if (is_empty_collection(node)) return Document::object();
  const Node* entries = flattened ? &node : node.find("entry");
  if (entries == nullptr) return wrong(name, "must be a map: it has no entries");
  Document map = Document::object();
  for (std::size_t index = 1; index <= entries->children.size(); ++index) {
    const Node* entry = entries->find(std::to_string(index));
    if (entry == nullptr) return wrong(name, "must have its entries numbered from 1 without a gap");
    const Node* key = entry->find(shape.key_name.empty() ? "key" : shape.key_name);
    const Node* item = entry->find(shape.element_name.empty() ? "value" : shape.element_name);
    if (key == nullptr || !key->value || item == nullptr) {
      return wrong(name, "must have a key and a value in every entry");
    }
    if (map.contains(std::string(*key->value))) return wrong(name, "has a key more than once");
    KENNEL_TRY(auto value, read_value(*shape.element, *item, name, depth + 1));
    map[std::string(*key->value)] = std::move(value);
  }
  return map;
}

bool is_flattened(const Member& member) { return member.flattened || member.shape->flattened; }

// A flattened list goes by the name of its items, where they have one.
std::string_view field_name(const Member& member) {
  const bool by_items = member.shape->kind == ShapeKind::kList && is_flattened(member) &&
                        !member.shape->element_name.empty();
  return by_items ? member.shape->element_name : member.wire_name;
}

Read<Document> read_member(const Member& member, const Node& node, int depth) {
  const std::string_view name = field_name(member);
  if (member.shape->kind == ShapeKind::kList) {
    return read_list(*member.shape, node, name, depth, is_flattened(member));
  }
  if (member.shape->kind == ShapeKind::kMap) {
    return read_map(*member.shape, node, name, depth, is_flattened(member));
  }
  return read_value(*member.shape, node, name, depth);
}

Read<Document> read_structure(const Shape& shape, const Node& node, int depth) {
  Document structure = Document::object();
  for (const Member& member : shape.members) {
    const Node* found = node.find(field_name(member));
    if (found == nullptr) continue;
    KENNEL_TRY(auto value, read_member(member, *found, depth + 1));
    structure[std::string(member.name)] = std::move(value);
  }
  KENNEL_TRY_VOID(check_union(shape, structure));
  return structure;
}

Read<Document> read_value(const Shape& shape, const Node& node, std::string_view name, int depth) {
  if (depth > kDepthMax) return wrong(name, "is nested too deeply");
  switch (shape.kind) {
    case ShapeKind::kList:
      return read_list(shape, node, name, depth, shape.flattened);
    case ShapeKind::kMap:
      return read_map(shape, node, name, depth, shape.flattened);
    case ShapeKind::kStructure:
      return read_structure(shape, node, depth);
    default:
      return read_leaf(shape, node, name);
  }
}

}  // namespace

Read<Document> read_query_value(const Shape& shape, std::span<const base::Field> fields) {
  Tree tree;
  for (const base::Field& field : fields) {
    KENNEL_TRY_VOID(tree.add(field));
  }
  return read_structure(shape, tree.root(), 0);
}

}  // namespace kennel::wire
