// What an operation knows of the request behind it, and how a service's functions are found.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "access/caller.h"
#include "base/error.h"
#include "http/message.h"
#include "wire/api_error.h"
#include "wire/body_stream.h"
#include "wire/convert.h"
#include "wire/shape.h"

namespace kennel::wire {

// Pointers into the request are good until the operation is over.
struct Call {
  const access::Caller& caller;
  std::string_view region;  // as signed for
  std::string_view request_id;
  std::string_view source_address;
  TimePoint now;
  const http::RequestHead* head = nullptr;  // null in tests
};

// What a function answers, where that is more than its output.
template <class Output>
struct Reply {
  Output output;
  base::Fields fields = {};        // of the head, beside those of the output
  std::optional<int> status = {};  // instead of the operation's own
  // The body, where the output's payload streams; or its length alone, in an answer to HEAD.
  std::unique_ptr<http::BodyWriter> stream = {};
  std::optional<std::uint64_t> length = {};
};

struct Answered : Reply<Document> {
  std::string body;  // instead of the output's, where it is not empty

  Answered() = default;
  Answered(Document document) : Reply<Document>{std::move(document)} {}   // NOLINT: on purpose
  Answered(Reply<Document> reply) : Reply<Document>(std::move(reply)) {}  // NOLINT: on purpose
};

using OperationFunction = std::function<Outcome<Answered>(const Call& call, const Document& input)>;
// On the loop thread, for operations that read their body as it comes.
using StreamingFunction = std::function<aio::Task<Outcome<Answered>>(
    const Call& call, const Document& input, BodyStream& body)>;

// What only the records know of a resource that a demand names: {role_arn:RoleName} asks
// ("role_arn", the role's name).
using ResourceLookup = std::function<std::string(std::string_view what, std::string_view of)>;

// A service with its functions, in the order of its table; an empty one is not implemented.
struct ServiceBinding {
  const Service* service;
  std::vector<OperationFunction> functions;
  ResourceLookup look_up = {};
  std::vector<StreamingFunction> streaming = {};  // empty, or one for each as well
};

template <class Output>
[[nodiscard]] Answered to_answered(Reply<Output> reply) {
  return Reply<Document>{to_document(reply.output), std::move(reply.fields), reply.status,
                         std::move(reply.stream), reply.length};
}

template <class Output>
[[nodiscard]] aio::Task<Outcome<Answered>> wait_for_reply(aio::Task<Outcome<Reply<Output>>> task) {
  KENNEL_CO_TRY(Reply<Output> reply, co_await std::move(task));
  co_return to_answered(std::move(reply));
}

template <class Operation, class Target>
[[nodiscard]] OperationFunction bind_operation(Target& target) {
  using Input = typename Operation::Input;
  using Output = typename Operation::Output;
  constexpr bool kPlain = requires(const Call& call, const Input& input) {
    { target.handle(Operation{}, call, input) } -> std::same_as<Outcome<Output>>;
  };
  constexpr bool kWithReply = requires(const Call& call, const Input& input) {
    { target.handle(Operation{}, call, input) } -> std::same_as<Outcome<Reply<Output>>>;
  };
  if constexpr (kPlain || kWithReply) {
    return [&target](const Call& call, const Document& document) -> Outcome<Answered> {
      Input input;
      from_document(document, input);
      KENNEL_TRY(auto answer, target.handle(Operation{}, call, input));
      if constexpr (kPlain) {
        return Answered(to_document(answer));
      } else {
        return to_answered(std::move(answer));
      }
    };
  } else {
    return {};
  }
}

template <class Operation, class Target>
[[nodiscard]] StreamingFunction bind_streaming(Target& target) {
  using Input = typename Operation::Input;
  using Output = typename Operation::Output;
  constexpr bool kStreams = requires(const Call& call, Input input, BodyStream& body) {
    {
      target.handle(Operation{}, call, input, body)
    } -> std::same_as<aio::Task<Outcome<Reply<Output>>>>;
  };
  if constexpr (kStreams) {
    return [&target](const Call& call, const Document& document, BodyStream& body) {
      Input input;
      from_document(document, input);
      return wait_for_reply(target.handle(Operation{}, call, std::move(input), body));
    };
  } else {
    return {};
  }
}

template <class Target, class... Operation>
[[nodiscard]] ServiceBinding bind_all(const Service& service, Target& target,
                                      std::tuple<Operation...>*) {
  return {.service = &service,
          .functions = {bind_operation<Operation>(target)...},
          .streaming = {bind_streaming<Operation>(target)...}};
}

// Operations: the generated list. Each has its function as `target.handle(Operation, call, input)`,
// which gives an Outcome of the output or of a Reply with it, on the pool; or as
// `target.handle(Operation, call, input, body)`, a coroutine on the loop thread that gives the
// same. Those without one answer NotImplemented.
template <class Operations, class Target>
[[nodiscard]] ServiceBinding bind_service(const Service& service, Target& target,
                                          ResourceLookup look_up = {}) {
  ServiceBinding binding = bind_all(service, target, static_cast<Operations*>(nullptr));
  binding.look_up = std::move(look_up);
  return binding;
}

}  // namespace kennel::wire
