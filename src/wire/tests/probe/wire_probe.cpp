// Shows what routing, codecs and validator make of bytes: a JSON object a line in, one a line out.
// tests/wire holds the answers against botocore's.
//
//   {"do": "decode", "signing_name", "method", "target", "fields": [[name, value]], "body": base64}
//       and "as": decodes as that operation, wherever it is routed
//   {"do": "encode", "service", "operation", "output"}
//   {"do": "error", "service", "code", "shape_name", "status", "message", "sender", "details"}
//   {"do": "validate", "service", "operation", "input"}
//
// JSON has neither bytes nor infinity: a blob is {"$blob": base64}, NaN is {"$number": "NaN"}.
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "wire/codec.h"
#include "wire/json_text.h"
#include "wire/route.h"
#include "wire/scalar.h"
#include "wire/tests/models.h"
#include "wire/validate.h"

namespace {

using namespace kennel;  // NOLINT(google-build-using-namespace): a program of one file
using wire::Document;

std::string from_base64(const Document& text) {
  const auto bytes = base::from_base64(text.get<std::string>());
  base::check(bytes.has_value(), "tests send base64");
  return std::string(base::as_text(*bytes));
}

Document to_line(const Document& value) {
  if (value.is_binary()) return {{"$blob", base::to_base64(value.get_binary())}};
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return {{"$number", wire::write_number(value.get<double>())}};
  }
  if (!value.is_structured()) return value;
  Document line = value.is_array() ? Document::array() : Document::object();
  for (const auto& item : value.items()) {
    if (value.is_array()) {
      line.push_back(to_line(item.value()));
    } else {
      line[item.key()] = to_line(item.value());
    }
  }
  return line;
}

Document from_line(const Document& line) {
  if (line.is_object() && line.contains("$blob")) {
    const std::string bytes = from_base64(line["$blob"]);
    return Document::binary({bytes.begin(), bytes.end()});
  }
  if (line.is_object() && line.contains("$number")) {
    return *wire::read_special_number(line["$number"].get<std::string>());
  }
  if (!line.is_structured()) return line;
  Document value = line.is_array() ? Document::array() : Document::object();
  for (const auto& item : line.items()) {
    if (line.is_array()) {
      value.push_back(from_line(item.value()));
    } else {
      value[item.key()] = from_line(item.value());
    }
  }
  return value;
}

Document show(const wire::ApiError& error) {
  return {{"error", {{"code", error.code}, {"status", error.status}, {"message", error.message}}}};
}

Document show(const http::Response& response) {
  Document fields = Document::array();
  for (const base::Field& field : response.fields) fields.push_back({field.name, field.value});
  return {{"status", response.status},
          {"fields", fields},
          {"body", base::to_base64(base::as_bytes(response.body))}};
}

Document decode(const wire::Router& router, const Document& line) {
  base::Fields fields;
  for (const auto& field : line["fields"]) fields.push_back({field[0], field[1]});
  const std::string method = line["method"];
  const std::string target = line["target"];
  const std::string signing_name = line["signing_name"];
  const std::string body = from_base64(line["body"]);
  const auto type = base::find_field(fields, "Content-Type").value_or("");
  const bool is_form = type.starts_with("application/x-www-form-urlencoded");
  const auto route = router.identify({method, target, fields, signing_name, is_form ? body : ""});
  if (!route) return show(route.error().error);
  Document answer{{"service", route->service->name}, {"operation", route->operation_name}};
  if (route->operation == nullptr) return answer;
  const wire::Operation& operation =
      line.contains("as")
          ? wire::models::find_operation(*route->service, line["as"].get<std::string>())
          : *route->operation;
  if (line.contains("as")) answer["operation"] = operation.name;
  const auto input =
      wire::decode_input(*route->service, operation, {method, route->target, fields, body});
  if (!input) return show(input.error());
  answer["input"] = to_line(*input);
  return answer;
}

Document answer(const wire::Router& router, const wire::Validator& validator,
                const Document& line) {
  if (line["do"] == "decode") return decode(router, line);
  const wire::Service& service = wire::models::find_service(line["service"].get<std::string>());
  if (line["do"] == "error") {
    const wire::ApiError error{line["code"],   line["status"],     line["message"],
                               line["sender"], line["shape_name"], from_line(line["details"])};
    return show(wire::encode_error(service, error, "request-1"));
  }
  const auto& operation =
      wire::models::find_operation(service, line["operation"].get<std::string>());
  if (line["do"] == "encode") {
    return show(wire::encode_output(service, operation, from_line(line["output"]), "request-1"));
  }
  const auto message = validator.validate(*operation.input, from_line(line["input"]));
  return {{"message", message ? Document(*message) : Document(nullptr)}};
}

}  // namespace

int main() {
  const wire::Router router(wire::models::kAll);
  const wire::Validator validator;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << wire::write_json(answer(router, validator, Document::parse(line))) << std::endl;
  }
  return 0;
}
