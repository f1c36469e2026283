#include "services/logs/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.h"

namespace kennel::services::logs {
namespace {

constexpr std::size_t kTimeDigits = 28;
constexpr std::size_t kNumberDigits = 28;
constexpr std::uint64_t kNumberMax = 0xffff'ffff'ffff;  // of an event in its stream
constexpr std::int64_t kFarthestMs = 9'000'000'000'000;

template <class Number>
bool read_digits(std::string_view digits, Number& number) {
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size();
}

}  // namespace

tl::unexpected<wire::ApiError> to_error(observe::LogProblem problem) {
  switch (problem) {
    case observe::LogProblem::kNoSuchGroup:
      return resource_not_found("The specified log group does not exist.");
    case observe::LogProblem::kNoSuchStream:
      return resource_not_found("The specified log stream does not exist.");
    case observe::LogProblem::kGroupExists:
      return resource_already_exists("The specified log group already exists");
    case observe::LogProblem::kStreamExists:
      return resource_already_exists("The specified log stream already exists");
    case observe::LogProblem::kTooManyTags:
      return too_many_tags("A resource can have no more than 50 tags.");
    default:
      return operation_aborted(
          "A conflicting operation is currently in progress against this resource. Please try "
          "again.");
  }
}

std::int64_t to_wire(observe::LogTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

observe::LogTime from_wire(std::int64_t ms) {
  return observe::LogTime(std::chrono::milliseconds(std::min(ms, kFarthestMs)));
}

std::optional<observe::LogTime> to_time(const std::optional<std::int64_t>& ms) {
  if (!ms) return std::nullopt;
  return from_wire(*ms);
}

std::string group_of_identifier(std::string_view identifier) {
  constexpr std::string_view kKind = ":log-group:";
  const std::size_t at = identifier.find(kKind);
  if (!identifier.starts_with("arn:") || at == std::string_view::npos) {
    return std::string(identifier);
  }
  const std::string_view rest = identifier.substr(at + kKind.size());
  return std::string(rest.substr(0, rest.find(':')));
}

wire::Outcome<std::string> named_group(const std::optional<std::string>& name,
                                       const std::optional<std::string>& identifier,
                                       std::string_view scope) {
  if (name.has_value() == identifier.has_value()) {
    return invalid_parameter(name ? "Only one of LogGroupName and LogGroupIdentifier may be given."
                                  : "LogGroupName or LogGroupIdentifier must be given.");
  }
  if (name) return *name;
  if (identifier->starts_with("arn:") && !identifier->starts_with(scope)) {
    return to_error(observe::LogProblem::kNoSuchGroup);
  }
  return group_of_identifier(*identifier);
}

std::vector<observe::LogStream> all_streams(const observe::Logs& logs, std::string_view group,
                                            std::string_view prefix) {
  std::vector<observe::LogStream> streams;
  observe::StreamRange range;
  do {
    auto page = logs.list_streams(group, prefix, range);
    std::ranges::move(page.items, std::back_inserter(streams));
    range.after = page.next;
  } while (!range.after.empty());
  return streams;
}

std::string to_token(std::string_view position) {
  return base::to_base64(base::as_bytes(position));
}

wire::Outcome<std::string> from_token(const std::optional<std::string>& token) {
  if (!token) return std::string();
  const auto position = base::from_base64(*token);
  if (!position) return invalid_parameter("The specified nextToken is invalid.");
  return std::string(base::as_text(*position));
}

observe::LogPosition position_before(const observe::LogPosition& position) {
  if (position.number > 0) return {position.ms, position.number - 1};
  return position.ms > 0 ? observe::LogPosition{position.ms - 1, kNumberMax} : position;
}

observe::LogPosition position_after(const observe::LogPosition& position) {
  if (position.number < kNumberMax) return {position.ms, position.number + 1};
  return {position.ms + 1, 0};
}

std::string to_token(const EventToken& token) {
  return fmt::format("{}/{:0{}}{:0{}}/s", token.forward ? 'f' : 'b', token.position.ms, kTimeDigits,
                     token.position.number, kNumberDigits);
}

wire::Outcome<std::optional<EventToken>> from_event_token(const std::optional<std::string>& token) {
  if (!token) return std::nullopt;
  const std::string_view text = *token;
  EventToken parsed;
  const bool good =
      text.size() == kTimeDigits + kNumberDigits + 4 && text.ends_with("/s") &&
      (text.starts_with("f/") || text.starts_with("b/")) &&
      read_digits(text.substr(2, kTimeDigits), parsed.position.ms) &&
      read_digits(text.substr(2 + kTimeDigits, kNumberDigits), parsed.position.number) &&
      parsed.position.ms >= 0 && parsed.position.ms <= kFarthestMs &&
      parsed.position.number <= kNumberMax;
  if (!good) return invalid_parameter("The specified nextToken is invalid.");
  parsed.forward = text.front() == 'f';
  return parsed;
}

}  // namespace kennel::services::logs
