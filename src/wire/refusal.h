// What the families of services answer to what they cannot read.
#pragma once

#include <string>

#include "wire/api_error.h"

namespace kennel::wire {

[[nodiscard]] inline ApiError malformed_body(const Service& service, const std::string& what) {
  if (service.protocol == Protocol::kQuery) return {"MalformedInput", 400, what};
  if (service.protocol == Protocol::kRestXml) {
    return {"MalformedXML", 400,
            "The XML you provided was not well-formed or did not validate against our published "
            "schema: " +
                what};
  }
  return {"SerializationException", 400, what};
}

// In a header field, the path or the query string.
[[nodiscard]] inline ApiError malformed_parameter(const Service& service, const std::string& what) {
  if (service.protocol == Protocol::kRestXml) return {"InvalidArgument", 400, what};
  return malformed_body(service, what);
}

}  // namespace kennel::wire
