#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "wire/answer.h"
#include "wire/json_text.h"
#include "wire/json_value.h"
#include "wire/rest_request.h"
#include "wire/scalar.h"
#include "wire/xml_value.h"

namespace kennel::wire {
namespace {

const Document* find_value(const Document& output, std::string_view name) {
  const auto found = output.find(std::string(name));
  return found == output.end() || found->is_null() ? nullptr : &*found;
}

bool has_body_member(const Shape& shape) {
  for (const Member& member : shape.members) {
    if (member.location == Location::kBody) return true;
  }
  return false;
}

// GetBucketLocation: the one member is the root, and is there even where it is empty.
std::string write_unwrapped(const Service& service, const Shape& shape, const Document& output) {
  XmlWriter writer(Fraction::kAlways);
  for (const Member& member : shape.members) {
    if (member.location != Location::kBody) continue;
    const Document* value = find_value(output, member.name);
    writer.element_with_namespace(
        member.wire_name, service.xml_namespace,
        value == nullptr ? "" : write_scalar(*member.shape, *value, TimestampFormat::kIso8601));
    break;
  }
  return writer.take();
}

std::string write_structure(const Service& service, const Operation& operation,
                            const Document& output) {
  const Shape& shape = *operation.output;
  if (service.protocol == Protocol::kRestJson) {
    return write_json(to_json_value(shape, output, Members::kBodyOnly));
  }
  if (operation.unwrapped_output) return write_unwrapped(service, shape, output);
  XmlWriter writer(Fraction::kAlways);
  writer.root(operation.result_wrapper.empty() ? shape.name : operation.result_wrapper,
              service.xml_namespace, shape, output);
  return writer.take();
}

std::string write_payload_structure(const Service& service, const Member& payload,
                                    const Document& value) {
  if (service.protocol == Protocol::kRestJson) {
    return write_json(to_json_value(*payload.shape, value));
  }
  XmlWriter writer(Fraction::kAlways);
  const bool own = !payload.xml_namespace.empty() && payload.xml_prefix.empty();
  writer.root(payload.wire_name, own ? payload.xml_namespace : service.xml_namespace,
              *payload.shape, value);
  return writer.take();
}

void write_payload(const Service& service, const Member& payload, const Document& output,
                   Answer& answer) {
  const Document* value = find_value(output, payload.name);
  if (payload.shape->kind == ShapeKind::kBlob) {
    answer.set_default_type("application/octet-stream");
    if (value != nullptr) answer.body = base::as_text(value->get_binary());
  } else if (payload.shape->kind == ShapeKind::kString) {
    answer.set_default_type("text/plain; charset=utf-8");
    if (value != nullptr) answer.body = value->get<std::string>();
  } else if (value != nullptr) {
    const bool is_json = service.protocol == Protocol::kRestJson;
    answer.set_default_type(is_json ? "application/json" : "application/xml");
    answer.body = write_payload_structure(service, payload, *value);
  }
}

int status_of(const Operation& operation, const Document& output) {
  for (const Member& member : operation.output->members) {
    const Document* value =
        member.location == Location::kStatusCode ? find_value(output, member.name) : nullptr;
    if (value != nullptr) return value->get<int>();
  }
  return operation.success_status;
}

}  // namespace

Answer encode_rest_output(const Service& service, const Operation& operation,
                          const Document& output) {
  Answer answer;
  answer.status = operation.success_status;
  if (operation.output == nullptr) return answer;
  answer.status = status_of(operation, output);
  add_header_members(*operation.output, output, answer.fields);
  if (operation.method == "HEAD" || answer.status == 204 || answer.status == 304) return answer;
  if (const Member* payload = find_payload(*operation.output)) {
    write_payload(service, *payload, output, answer);
  } else if (has_body_member(*operation.output)) {
    const bool is_json = service.protocol == Protocol::kRestJson;
    answer.set_default_type(is_json ? "application/json" : "application/xml");
    answer.body = write_structure(service, operation, output);
  }
  return answer;
}

}  // namespace kennel::wire
