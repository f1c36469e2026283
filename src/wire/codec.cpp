#include "wire/codec.h"

#include "wire/answer.h"
#include "wire/form.h"
#include "wire/json_text.h"
#include "wire/json_value.h"
#include "wire/query_value.h"
#include "wire/refusal.h"
#include "wire/rest_request.h"
#include "wire/xml_value.h"

namespace kennel::wire {
namespace {

// Clients put parameters into the query string, the body, or both: it is one form.
Read<Document> decode_query(const Shape& input, const EncodedRequest& request) {
  KENNEL_TRY(auto fields, parse_form(split_target(request.target).query, Plus::kIsPlus));
  KENNEL_TRY(const auto body, parse_form(request.body, Plus::kIsBlank));
  fields.insert(fields.end(), body.begin(), body.end());
  return read_query_value(input, fields);
}

Read<Document> decode_json(const Shape& input, const EncodedRequest& request) {
  if (request.body.empty()) return Document::object();
  KENNEL_TRY(const auto json, parse_json(request.body));
  return read_json_value(input, json);
}

http::Response to_response(const Service& service, Answer answer, std::string_view request_id) {
  if (service.protocol == Protocol::kRestXml) {
    answer.add("x-amz-request-id", std::string(request_id));
    answer.add("x-amz-id-2", std::string(request_id));
  } else {
    answer.add("x-amzn-RequestId", std::string(request_id));
  }
  http::Response response;
  response.status = answer.status;
  response.fields = std::move(answer.fields);
  response.body = std::move(answer.body);
  return response;
}

}  // namespace

Outcome<Document> decode_input(const Service& service, const Operation& operation,
                               const EncodedRequest& request) {
  if (operation.input == nullptr) return Document::object();
  if (service.protocol == Protocol::kRestJson || service.protocol == Protocol::kRestXml) {
    return decode_rest_input(service, operation, request);
  }
  auto input = service.protocol == Protocol::kQuery ? decode_query(*operation.input, request)
                                                    : decode_json(*operation.input, request);
  if (!input) return refuse(malformed_body(service, input.error()));
  return *std::move(input);
}

Answer encode_query_output(const Service& service, const Operation& operation,
                           const Document& output, std::string_view request_id) {
  const std::string root = std::string(operation.name) + "Response";
  XmlWriter writer(Fraction::kWhereThereIsOne);
  writer.open(root, service.xml_namespace);
  if (operation.output != nullptr && !operation.result_wrapper.empty()) {
    writer.root(operation.result_wrapper, "", *operation.output, output);
  } else if (operation.output != nullptr) {
    writer.members(*operation.output, output);
  }
  writer.open("ResponseMetadata");
  writer.text_element("RequestId", request_id);
  writer.close("ResponseMetadata");
  writer.close(root);
  Answer answer;
  answer.add("Content-Type", "text/xml");
  answer.body = writer.take();
  return answer;
}

Answer encode_json_output(const Service& service, const Operation& operation,
                          const Document& output) {
  Answer answer;
  answer.add("Content-Type", "application/x-amz-json-" + std::string(service.json_version));
  if (operation.output != nullptr) {
    answer.body = write_json(to_json_value(*operation.output, output));
  }
  return answer;
}

http::Response encode_output(const Service& service, const Operation& operation,
                             const Document& output, std::string_view request_id) {
  switch (service.protocol) {
    case Protocol::kQuery:
      return to_response(service, encode_query_output(service, operation, output, request_id),
                         request_id);
    case Protocol::kJson:
      return to_response(service, encode_json_output(service, operation, output), request_id);
    case Protocol::kRestJson:
    case Protocol::kRestXml:
      break;
  }
  return to_response(service, encode_rest_output(service, operation, output), request_id);
}

http::Response encode_error(const Service& service, const ApiError& error,
                            std::string_view request_id) {
  return to_response(service, encode_error_answer(service, error, request_id), request_id);
}

}  // namespace kennel::wire
