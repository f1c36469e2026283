// An answer while it is being encoded; codec.cpp makes an http::Response of it. Apart from that
// one, so that Asio's headers are compiled there alone.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/field.h"
#include "wire/api_error.h"
#include "wire/shape.h"

namespace kennel::wire {

struct Answer {
  int status = 200;
  base::Fields fields;
  std::string body;

  void add(std::string name, std::string value) {
    fields.push_back({std::move(name), std::move(value)});
  }
  // Unless the output named a type of its own.
  void set_default_type(std::string type) {
    if (!base::find_field(fields, "Content-Type")) add("Content-Type", std::move(type));
  }
};

[[nodiscard]] Answer encode_query_output(const Service& service, const Operation& operation,
                                         const Document& output, std::string_view request_id);
[[nodiscard]] Answer encode_json_output(const Service& service, const Operation& operation,
                                        const Document& output);
[[nodiscard]] Answer encode_rest_output(const Service& service, const Operation& operation,
                                        const Document& output);
[[nodiscard]] Answer encode_error_answer(const Service& service, const ApiError& error,
                                         std::string_view request_id);

// The members of an output or error that travel in header fields.
void add_header_members(const Shape& shape, const Document& value, base::Fields& fields);

}  // namespace kennel::wire
