// A request as the codecs take it: views into what the caller holds.
#pragma once

#include <span>
#include <string_view>

#include "base/field.h"
#include "wire/shape.h"

namespace kennel::wire {

struct EncodedRequest {
  std::string_view method;
  std::string_view target;  // "/path?query", as sent; with the bucket in the path (Route::target)
  std::span<const base::Field> fields;
  std::string_view body;  // whole; not looked at where the payload streams
};

// Whether the body of the request goes to the handler as a stream.
[[nodiscard]] bool streams_input(const Operation& operation);

}  // namespace kennel::wire
