#include "wire/rest_request.h"

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/form.h"
#include "wire/header_value.h"
#include "wire/json_text.h"
#include "wire/json_value.h"
#include "wire/refusal.h"
#include "wire/scalar.h"
#include "wire/text.h"
#include "wire/xml_value.h"

namespace kennel::wire {
namespace {

std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  return segment;
}

bool is_label(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

Read<Document> read_text(const Member& member, const Shape& shape, std::string_view text) {
  auto value = read_scalar(shape, text);
  if (!value) {
    return unreadable("The parameter '" + std::string(member.wire_name) +
                      "' cannot be read: " + value.error());
  }
  return value;
}

bool is_bound(const Shape& shape, std::string_view name) {
  for (const Member& member : shape.members) {
    if (member.location == Location::kQuery && member.shape->kind != ShapeKind::kMap &&
        member.wire_name == name) {
      return true;
    }
  }
  return false;
}

// All parameters that no other member takes.
Read<Document> read_query_map(const Shape& input, const Member& member, const base::Fields& query) {
  Document map = Document::object();
  const Shape& values = *member.shape->element;
  for (const base::Field& field : query) {
    if (is_bound(input, field.name)) continue;
    const bool is_list = values.kind == ShapeKind::kList;
    KENNEL_TRY(auto value, read_text(member, is_list ? *values.element : values, field.value));
    if (!is_list) {
      map[field.name] = std::move(value);
    } else {
      map[field.name].push_back(std::move(value));
    }
  }
  return map;
}

Read<void> read_query_member(const Shape& input, const Member& member, const base::Fields& query,
                             Document& into) {
  if (member.shape->kind == ShapeKind::kMap) {
    KENNEL_TRY(auto map, read_query_map(input, member, query));
    if (!map.empty()) into[std::string(member.name)] = std::move(map);
    return {};
  }
  const bool is_list = member.shape->kind == ShapeKind::kList;
  for (const base::Field& field : query) {
    if (field.name != member.wire_name) continue;
    const Shape& shape = is_list ? *member.shape->element : *member.shape;
    KENNEL_TRY(auto value, read_text(member, shape, field.value));
    if (!is_list) {
      into[std::string(member.name)] = std::move(value);
      return {};
    }
    into[std::string(member.name)].push_back(std::move(value));
  }
  return {};
}

Read<void> read_label_member(const Member& member, const base::Fields& labels, Document& into) {
  for (const base::Field& label : labels) {
    if (label.name != member.wire_name) continue;
    KENNEL_TRY(auto value, read_text(member, *member.shape, label.value));
    into[std::string(member.name)] = std::move(value);
  }
  return {};
}

// Everything but the body.
Read<Document> read_head(const Operation& operation, const EncodedRequest& request) {
  const Target target = split_target(request.target);
  KENNEL_TRY(const auto labels, read_labels(split_target(operation.uri).path, target.path));
  KENNEL_TRY(const auto query, parse_form(target.query, Plus::kIsPlus));
  Document input = Document::object();
  for (const Member& member : operation.input->members) {
    if (member.location == Location::kUri) {
      KENNEL_TRY_VOID(read_label_member(member, labels, input));
    } else if (member.location == Location::kQuery) {
      KENNEL_TRY_VOID(read_query_member(*operation.input, member, query, input));
    } else if (member.location == Location::kHeader || member.location == Location::kHeaders) {
      KENNEL_TRY(auto value, read_header_member(member, request.fields));
      if (value) input[std::string(member.name)] = *std::move(value);
    }
  }
  return input;
}

bool has_body_member(const Shape& shape) {
  for (const Member& member : shape.members) {
    if (member.location == Location::kBody) return true;
  }
  return false;
}

Read<Document> read_structure_body(const Service& service, const Shape& shape,
                                   std::string_view body, std::string_view root) {
  if (service.protocol == Protocol::kRestXml) return read_xml_value(shape, body, root);
  KENNEL_TRY(const auto json, parse_json(body));
  return read_json_value(shape, json, Members::kBodyOnly);
}

Read<Document> read_payload(const Service& service, const Member& payload, std::string_view body) {
  if (payload.shape->kind == ShapeKind::kBlob) {
    const base::ByteView bytes = base::as_bytes(body);
    return Document::binary({bytes.begin(), bytes.end()});
  }
  if (payload.shape->kind == ShapeKind::kString) {
    if (!is_utf8(body)) return unreadable("the body is not UTF-8");
    return Document(std::string(body));
  }
  return read_structure_body(service, *payload.shape, body, payload.wire_name);
}

Read<void> read_body(const Service& service, const Operation& operation, std::string_view body,
                     Document& input) {
  if (streams_input(operation) || body.empty()) return {};
  if (const Member* payload = find_payload(*operation.input)) {
    KENNEL_TRY(auto value, read_payload(service, *payload, body));
    input[std::string(payload->name)] = std::move(value);
    return {};
  }
  if (!has_body_member(*operation.input)) return {};
  KENNEL_TRY(auto members,
             read_structure_body(service, *operation.input, body, operation.input_root));
  input.update(members);
  return {};
}

}  // namespace

Read<base::Fields> read_labels(std::string_view pattern, std::string_view path) {
  base::Fields labels;
  pattern.remove_prefix(pattern.starts_with('/') ? 1 : 0);
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  while (!pattern.empty()) {
    const std::string_view step = take_segment(pattern);
    const bool greedy = step.ends_with("+}");
    const std::string_view segment = greedy ? path : take_segment(path);
    if (!is_label(step)) continue;
    auto value = decode_percent(segment, Plus::kIsPlus);
    if (!value) return unreadable("the path '" + show(segment) + "' is not percent-encoded UTF-8");
    const std::size_t around = greedy ? 3 : 2;
    labels.push_back({std::string(step.substr(1, step.size() - around)), *std::move(value)});
    if (greedy) break;
  }
  return labels;
}

const Member* find_payload(const Shape& shape) {
  for (const Member& member : shape.members) {
    if (member.payload) return &member;
  }
  return nullptr;
}

bool streams_input(const Operation& operation) {
  const Member* payload = operation.input == nullptr ? nullptr : find_payload(*operation.input);
  return payload != nullptr && payload->streaming;
}

Outcome<Document> decode_rest_input(const Service& service, const Operation& operation,
                                    const EncodedRequest& request) {
  auto input = read_head(operation, request);
  if (!input) return refuse(malformed_parameter(service, input.error()));
  const auto body = read_body(service, operation, request.body, *input);
  if (!body) return refuse(malformed_body(service, body.error()));
  return *std::move(input);
}

}  // namespace kennel::wire
