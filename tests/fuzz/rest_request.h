// Bytes as a REST request: a line each for method, target and header fields, an empty line, the
// body. It is routed, and decoded as whatever it was routed to.
#pragma once

#include "wire/route.h"
#include "wire_inputs.h"

namespace kennel::wire {

inline void route_and_decode(std::span<const Service* const> services,
                             std::string_view signing_name, std::string_view input) {
  static const Router router(services);
  const std::string_view method = take_line(input);
  const std::string_view target = take_line(input);
  base::Fields fields;
  for (auto line = take_line(input); !line.empty(); line = take_line(input)) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    fields.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
  }
  const auto route = router.identify({method, target, fields, signing_name, ""});
  if (!route) {
    base::check(route.error().service != nullptr, "whoever is refused is told in some manner");
    const auto answer = encode_error(*route.error().service, route.error().error, "1");
    base::check(answer.status >= 400, "a refusal is an error");
    return;
  }
  if (route->operation == nullptr) return;
  decode_and_check(*route->service, *route->operation, {method, route->target, fields, input});
}

}  // namespace kennel::wire
