// Between room observe and the wire of CloudWatch Logs: errors, names, tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
// Clients say "for ever" in milliseconds that no clock reaches: those are the year 2255.
[[nodiscard]] observe::LogTime from_wire(std::int64_t ms);
[[nodiscard]] std::optional<observe::LogTime> to_time(const std::optional<std::int64_t>& ms);

// The group that a request names, by its name or by its name or ARN as an identifier; `scope` is
// what the ARNs of this account's groups begin with.
[[nodiscard]] wire::Outcome<std::string> named_group(const std::optional<std::string>& name,
                                                     const std::optional<std::string>& identifier,
                                                     std::string_view scope);
// The group's name in its name or ARN, with ":*" behind it or without.
[[nodiscard]] std::string group_of_identifier(std::string_view identifier);

// Of a group, in the order of their names.
[[nodiscard]] std::vector<observe::LogStream> all_streams(const observe::Logs& logs,
                                                          std::string_view group,
                                                          std::string_view prefix);

// A page's token is where the last one ended, opaque to the client.
[[nodiscard]] std::string to_token(std::string_view position);
[[nodiscard]] wire::Outcome<std::string> from_token(const std::optional<std::string>& token);

// "f/<56 digits>/s": where to go on, forward or backward.
struct EventToken {
  bool forward = true;
  observe::LogPosition position;
};
// Readings exclude the position that they start from: its neighbours include it.
[[nodiscard]] observe::LogPosition position_before(const observe::LogPosition& position);
[[nodiscard]] observe::LogPosition position_after(const observe::LogPosition& position);
[[nodiscard]] std::string to_token(const EventToken& token);
[[nodiscard]] wire::Outcome<std::optional<EventToken>> from_event_token(
    const std::optional<std::string>& token);

}  // namespace kennel::services::logs
