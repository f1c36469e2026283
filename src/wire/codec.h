// Between what travels over HTTP and documents (wire/shape.h), for the four protocols: ordinary
// code over an operation's tables. Pure functions. What a client sends wrong is an ApiError in the
// manner of its service; an output that does not fit its shape is our bug and throws
// nlohmann::json::type_error.
#pragma once

#include <string_view>

#include "http/message.h"
#include "wire/api_error.h"
#include "wire/encoded_request.h"
#include "wire/shape.h"

namespace kennel::wire {

// An object without the members that were not sent. A member that streams is never in it.
[[nodiscard]] Outcome<Document> decode_input(const Service& service, const Operation& operation,
                                             const EncodedRequest& request);

// A payload that streams may be absent from `output`: the caller then sets Response::stream.
[[nodiscard]] http::Response encode_output(const Service& service, const Operation& operation,
                                           const Document& output, std::string_view request_id);

// The answer to HEAD has this one's head and no body, which the caller sees to.
[[nodiscard]] http::Response encode_error(const Service& service, const ApiError& error,
                                          std::string_view request_id);

}  // namespace kennel::wire
