// An AWS error as a value: what an operation or a step of the pipeline answers instead of a result.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/field.h"
#include "wire/shape.h"

namespace kennel::wire {

struct ApiError {
  std::string code;  // "NoSuchEntity", as on the wire
  int status = 400;  // HTTP
  std::string message;
  bool sender_fault = true;               // query's <Type>Sender</Type>
  std::string shape_name = {};            // "NoSuchEntityException", where the model names it so
  Document details = Document::object();  // further members of the error's shape
  base::Fields fields = {};               // of the head
};

// What is modelled, and the sentence to go with it.
[[nodiscard]] inline ApiError make_error(const ErrorShape& error, std::string message) {
  return {std::string(error.code), error.status, std::move(message), error.sender_fault,
          std::string(error.shape_name)};
}

template <class T>
using Outcome = tl::expected<T, ApiError>;

[[nodiscard]] inline tl::unexpected<ApiError> refuse(ApiError error) {
  return tl::unexpected<ApiError>(std::move(error));
}

}  // namespace kennel::wire
