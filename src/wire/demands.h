// From an operation's demand templates and its input to what the caller must be allowed to do.
#pragma once

#include <string_view>
#include <vector>

#include "access/authorize.h"
#include "wire/call.h"
#include "wire/shape.h"

namespace kennel::wire {

// What the placeholders {partition}, {account} and {region} stand for.
struct DemandScope {
  std::string_view account;
  std::string_view region;
};

// `input` has passed the validator. A template's {Member} is that member of the input, {Member=x}
// is x where it is absent, {what:Member} is what `look_up` says.
[[nodiscard]] std::vector<access::Demand> make_demands(const Operation& operation,
                                                       const Document& input,
                                                       const DemandScope& scope,
                                                       const ResourceLookup& look_up);

}  // namespace kennel::wire
