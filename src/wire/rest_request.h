// A rest-json or rest-xml request's parts back into one document. Pure functions.
#pragma once

#include "base/field.h"
#include "wire/api_error.h"
#include "wire/encoded_request.h"
#include "wire/read.h"
#include "wire/shape.h"

namespace kennel::wire {

[[nodiscard]] Outcome<Document> decode_rest_input(const Service& service,
                                                  const Operation& operation,
                                                  const EncodedRequest& request);

// The parts of "/{Bucket}/{Key+}" in a raw path, decoded: {{"Bucket", "b"}, {"Key", "a/b"}}.
[[nodiscard]] Read<base::Fields> read_labels(std::string_view pattern, std::string_view path);

// The member that is the whole body, if one is.
[[nodiscard]] const Member* find_payload(const Shape& shape);

}  // namespace kennel::wire
