// What an operation knows of the request behind it, and how a service's functions are found.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "access/caller.h"
#include "base/error.h"
#include "wire/api_error.h"
#include "wire/convert.h"
#include "wire/shape.h"

namespace kennel::wire {

struct Call {
  const access::Caller& caller;
  std::string_view region;  // as signed for
  std::string_view request_id;
  std::string_view source_address;
  TimePoint now;
};

using OperationFunction = std::function<Outcome<Document>(const Call& call, const Document& input)>;

// What only the records know of a resource that a demand names: {role_arn:RoleName} asks
// ("role_arn", the role's name).
using ResourceLookup = std::function<std::string(std::string_view what, std::string_view of)>;

// A service with its functions, in the order of its table; an empty one is not implemented.
struct ServiceBinding {
  const Service* service;
  std::vector<OperationFunction> functions;
  ResourceLookup look_up;
};

template <class Operation, class Target>
[[nodiscard]] OperationFunction bind_operation(Target& target) {
  using Input = typename Operation::Input;
  using Output = typename Operation::Output;
  constexpr bool kImplemented = requires(const Call& call, const Input& input) {
    { target.handle(Operation{}, call, input) } -> std::same_as<Outcome<Output>>;
  };
  if constexpr (kImplemented) {
    return [&target](const Call& call, const Document& document) -> Outcome<Document> {
      Input input;
      from_document(document, input);
      KENNEL_TRY(const Output output, target.handle(Operation{}, call, input));
      return to_document(output);
    };
  } else {
    return {};
  }
}

template <class Target, class... Operation>
[[nodiscard]] std::vector<OperationFunction> bind_all(Target& target, std::tuple<Operation...>*) {
  return {bind_operation<Operation>(target)...};
}

// Operations: the generated list. Each has its function as `target.handle(Operation, call, input)`;
// those without one answer NotImplemented.
template <class Operations, class Target>
[[nodiscard]] ServiceBinding bind_service(const Service& service, Target& target,
                                          ResourceLookup look_up = {}) {
  return {&service, bind_all(target, static_cast<Operations*>(nullptr)), std::move(look_up)};
}

}  // namespace kennel::wire
