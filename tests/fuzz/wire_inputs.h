// What the fuzzers of the wire codecs share: an input is taken apart into an operation and a
// request, decoded, validated; and what was read must survive being encoded.
#pragma once

#include <string_view>

#include "base/error.h"
#include "wire/codec.h"
#include "wire/json_text.h"
#include "wire/tests/models.h"
#include "wire/validate.h"

namespace kennel::wire {

inline std::string_view take_line(std::string_view& input) {
  const auto end = input.find('\n');
  const std::string_view line = input.substr(0, end);
  input = end == std::string_view::npos ? "" : input.substr(end + 1);
  return line;
}

// The first line's bytes choose the operation.
inline const Operation& take_operation(const Service& service, std::string_view& input) {
  std::size_t index = 0;
  for (const char letter : take_line(input)) {
    index = index * 256 + static_cast<unsigned char>(letter);
  }
  return service.operations[index % service.operations.size()];
}

inline void decode_and_check(const Service& service, const Operation& operation,
                             const EncodedRequest& request) {
  static const Validator validator;
  const auto input = decode_input(service, operation, request);
  if (!input) {
    base::check(input.error().status == 400 && !input.error().message.empty(),
                "what cannot be read is the client's fault, and says why");
    return;
  }
  base::check(input->is_object(), "an input is a structure");
  if (operation.input == nullptr) return;
  const auto message = validator.validate(*operation.input, *input);
  // Strict: throws where a string is not UTF-8.
  base::check(!input->dump().empty() || message, "an input can be written");
}

}  // namespace kennel::wire
