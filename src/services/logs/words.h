// Between room observe and the wire of CloudWatch Logs: errors, names, tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "observe/logs.h"
#include "services/logs/model.h"
#include "wire/api_error.h"

namespace kennel::services::logs {

[[nodiscard]] tl::unexpected<wire::ApiError> to_error(observe::LogProblem problem);

// KENNEL_TRY for what room observe refuses.
template <class T>
[[nodiscard]] wire::Outcome<T> answered(observe::LogOutcome<T> result) {
  if (!result) return to_error(result.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(result);
  }
}

[[nodiscard]] std::int64_t to_wire(observe::LogTime time);
[[nodiscard]] observe::LogTime from_wire(std::int64_t ms);

// The group that a request names, by its name or by its name or ARN as an identifier.
[[nodiscard]] wire::Outcome<std::string> named_group(const std::optional<std::string>& name,
                                                     const std::optional<std::string>& identifier);
// The group of an ARN, with ":*" behind it or without.
[[nodiscard]] std::optional<std::string> group_of_arn(std::string_view arn);

// A page's token is where the last one ended, opaque to the client.
[[nodiscard]] std::string to_token(std::string_view position);
[[nodiscard]] wire::Outcome<std::string> from_token(const std::optional<std::string>& token);

// "f/<56 digits>/s": where to go on, forward or backward.
struct EventToken {
  bool forward = true;
  observe::LogPosition position;
};
[[nodiscard]] std::string to_token(const EventToken& token);
[[nodiscard]] wire::Outcome<std::optional<EventToken>> from_event_token(
    const std::optional<std::string>& token);

}  // namespace kennel::services::logs
