// Errors in the manner of each protocol.
#include <nlohmann/json.hpp>

#include "wire/answer.h"
#include "wire/json_text.h"
#include "wire/json_value.h"
#include "wire/xml_value.h"

namespace kennel::wire {
namespace {

// Errors are rare: a look through the operations costs less than a table that every start builds.
const ErrorShape* find_error(const Service& service, const ApiError& error) {
  for (const Operation& operation : service.operations) {
    for (const ErrorShape* one : operation.errors) {
      const bool same =
          error.shape_name.empty() ? one->code == error.code : one->shape_name == error.shape_name;
      if (same) return one;
    }
  }
  return nullptr;
}

bool is_message(std::string_view name) { return base::equals_ignoring_case(name, "message"); }

// "message" or "Message", as the model spells it.
std::string_view message_name(const ErrorShape* shape) {
  if (shape == nullptr) return "message";
  for (const Member& member : shape->shape->members) {
    if (is_message(member.wire_name)) return member.wire_name;
  }
  return "message";
}

Document json_body(const ErrorShape* shape, const ApiError& error) {
  Document body = Document::object();
  if (shape != nullptr) body = to_json_value(*shape->shape, error.details, Members::kBodyOnly);
  body[std::string(message_name(shape))] = error.message;
  return body;
}

void encode_json(const Service& service, const ErrorShape* shape, const ApiError& error,
                 Answer& answer) {
  Document body = json_body(shape, error);
  body["__type"] = error.code;
  answer.add("Content-Type", "application/x-amz-json-" + std::string(service.json_version));
  answer.add("x-amzn-ErrorType", error.code);
  answer.body = write_json(body);
}

// Lambda's errors say in "Type" whose fault it was.
void add_fault(const ErrorShape* shape, const ApiError& error, Document& body) {
  if (shape == nullptr || body.contains("Type")) return;
  for (const Member& member : shape->shape->members) {
    if (member.wire_name == "Type" && member.shape->kind == ShapeKind::kString) {
      body["Type"] = error.sender_fault ? "User" : "Service";
    }
  }
}

void encode_rest_json(const ErrorShape* shape, const ApiError& error, Answer& answer) {
  Document body = json_body(shape, error);
  add_fault(shape, error, body);
  answer.add("Content-Type", "application/json");
  answer.add("x-amzn-ErrorType", error.code);
  answer.body = write_json(body);
}

bool has_member(const Shape& shape, std::string_view name) {
  return std::ranges::any_of(shape.members,
                             [name](const Member& member) { return member.name == name; });
}

void write_details(const ErrorShape* shape, const ApiError& error, XmlWriter& writer) {
  if (shape != nullptr) {
    Document details = error.details;
    for (const Member& member : shape->shape->members) {
      if (is_message(member.wire_name)) details.erase(std::string(member.name));
    }
    writer.members(*shape->shape, details);
  }
  for (const auto& entry : error.details.items()) {
    if (!entry.value().is_string() ||
        (shape != nullptr && has_member(*shape->shape, entry.key()))) {
      continue;
    }
    writer.text_element(entry.key(), entry.value().get<std::string>());
  }
}

// <Message> always; the model's spelling too where it is another one, for clients that read it.
void write_message(const ErrorShape* shape, const ApiError& error, XmlWriter& writer) {
  writer.text_element("Message", error.message);
  if (shape != nullptr && message_name(shape) == "message" &&
      std::ranges::any_of(shape->shape->members,
                          [](const Member& member) { return member.wire_name == "message"; })) {
    writer.text_element("message", error.message);
  }
}

void encode_query(const Service& service, const ErrorShape* shape, const ApiError& error,
                  std::string_view request_id, Answer& answer) {
  XmlWriter writer(Fraction::kWhereThereIsOne);
  writer.open("ErrorResponse", service.xml_namespace);
  writer.open("Error");
  writer.text_element("Type", error.sender_fault ? "Sender" : "Receiver");
  writer.text_element("Code", error.code);
  write_message(shape, error, writer);
  write_details(shape, error, writer);
  writer.close("Error");
  writer.text_element("RequestId", request_id);
  writer.close("ErrorResponse");
  answer.add("Content-Type", "text/xml");
  answer.body = writer.take();
}

void encode_rest_xml(const ErrorShape* shape, const ApiError& error, std::string_view request_id,
                     Answer& answer) {
  XmlWriter writer(Fraction::kAlways);
  writer.open("Error");
  writer.text_element("Code", error.code);
  writer.text_element("Message", error.message);
  write_details(shape, error, writer);
  writer.text_element("RequestId", request_id);
  writer.text_element("HostId", request_id);
  writer.close("Error");
  answer.add("Content-Type", "application/xml");
  answer.body = writer.take();
}

}  // namespace

Answer encode_error_answer(const Service& service, const ApiError& error,
                           std::string_view request_id) {
  const ErrorShape* shape = find_error(service, error);
  Answer answer;
  answer.status = error.status;
  if (shape != nullptr) add_header_members(*shape->shape, error.details, answer.fields);
  answer.fields.insert(answer.fields.end(), error.fields.begin(), error.fields.end());
  if (error.status == 304) return answer;
  switch (service.protocol) {
    case Protocol::kQuery:
      encode_query(service, shape, error, request_id, answer);
      break;
    case Protocol::kJson:
      encode_json(service, shape, error, answer);
      break;
    case Protocol::kRestJson:
      encode_rest_json(shape, error, answer);
      break;
    case Protocol::kRestXml:
      encode_rest_xml(shape, error, request_id, answer);
      break;
  }
  return answer;
}

}  // namespace kennel::wire
