#include <fmt/format.h>

#include <algorithm>

#include "services/logs/logs.h"
#include "services/logs/words.h"

namespace kennel::services::logs {
namespace {

using std::chrono::hours;
using wire::Outcome;

constexpr std::size_t kBatchBytesMax = std::size_t{1} << 20U;
constexpr std::size_t kPageMax = 10'000;
constexpr hours kOldest{14 * 24};
constexpr hours kNewest{2};
constexpr hours kSpanMax{24};

Outcome<void> check_batch(const std::vector<InputLogEvent>& events) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    bytes += events[i].message.size() + observe::kEventBytes;
    if (events[i].message.size() > observe::kMessageBytesMax) {
      return invalid_parameter(fmt::format("Log event too large: {} bytes exceeds limit of 262144",
                                           events[i].message.size() + observe::kEventBytes));
    }
    if (i > 0 && events[i].timestamp < events[i - 1].timestamp) {
      return invalid_parameter(
          "Log events in a single PutLogEvents request must be in chronological order.");
    }
  }
  if (bytes > kBatchBytesMax) {
    return invalid_parameter(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kBatchBytesMax));
  }
  const auto span = std::chrono::milliseconds(events.back().timestamp - events.front().timestamp);
  if (span > kSpanMax) {
    return invalid_parameter(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  return {};
}

// What is taken of a batch, and what is told of the rest.
struct Sifted {
  std::vector<observe::LogLine> lines;
  std::optional<RejectedLogEventsInfo> rejected;
};

Sifted sift(const std::vector<InputLogEvent>& events, const observe::LogGroup& group,
            observe::LogTime now) {
  Sifted sifted;
  const auto rejected = [&]() -> RejectedLogEventsInfo& {
    return sifted.rejected ? *sifted.rejected : sifted.rejected.emplace();
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto time = from_wire(events[i].timestamp);
    const auto index = static_cast<std::int32_t>(i);
    if (time < now - kOldest) {
      rejected().too_old_log_event_end_index = index + 1;
    } else if (group.retention_days && time < now - std::chrono::days(*group.retention_days)) {
      rejected().expired_log_event_end_index = index + 1;
    } else if (time > now + kNewest) {
      if (!rejected().too_new_log_event_start_index) {
        rejected().too_new_log_event_start_index = index;
      }
    } else {
      sifted.lines.push_back({time, events[i].message});
    }
  }
  return sifted;
}

OutputLogEvent to_output(const observe::LogEvent& event) {
  return {to_wire(event.time), event.message, to_wire(event.ingested)};
}

// Where both tokens of an empty first page point to: before whatever may come at its start.
observe::LogPosition beginning(const GetLogEventsRequest& input) {
  return position_before({to_wire(from_wire(input.start_time.value_or(0))), 0});
}

// Of an empty page: on as before, or back over what the one before it ended with.
std::pair<EventToken, EventToken> tokens_of_nothing(const std::optional<EventToken>& asked,
                                                    const GetLogEventsRequest& input) {
  if (!asked) return {{true, beginning(input)}, {false, beginning(input)}};
  const observe::LogPosition& here = asked->position;
  if (asked->forward) return {{true, here}, {false, position_after(here)}};
  return {{true, position_before(here)}, {false, here}};
}

}  // namespace

Outcome<PutLogEventsResponse> Logs::handle(PutLogEvents, const Call& call,
                                           const PutLogEventsRequest& input) {
  KENNEL_TRY(const observe::LogGroup group, answered(logs_.get_group(input.log_group_name)));
  KENNEL_TRY_VOID(answered(logs_.get_stream(input.log_group_name, input.log_stream_name)));
  KENNEL_TRY_VOID(check_batch(input.log_events));
  Sifted sifted = sift(input.log_events, group, call.now);
  if (!sifted.lines.empty()) {
    KENNEL_TRY_VOID(answered(logs_.put(input.log_group_name, input.log_stream_name, sifted.lines)));
  }
  KENNEL_TRY(const observe::LogStream stream,
             answered(logs_.get_stream(input.log_group_name, input.log_stream_name)));
  PutLogEventsResponse response;
  response.next_sequence_token = fmt::format("{:056}", stream.next_number);
  response.rejected_log_events_info = sifted.rejected;
  return response;
}

Outcome<GetLogEventsResponse> Logs::handle(GetLogEvents, const Call& call,
                                           const GetLogEventsRequest& input) {
  KENNEL_TRY(const std::string group,
             named_group(input.log_group_name, input.log_group_identifier, group_arn(call, "")));
  KENNEL_TRY(const observe::LogStream stream,
             answered(logs_.get_stream(group, input.log_stream_name)));
  KENNEL_TRY(const auto token, from_event_token(input.next_token));
  observe::EventQuery query{.from = to_time(input.start_time), .until = to_time(input.end_time)};
  query.forward = token ? token->forward : input.start_from_head.value_or(false);
  if (token) query.after = token->position;
  query.limit = static_cast<std::size_t>(input.limit.value_or(kPageMax));
  std::vector<observe::LogEvent> events = logs_.read(stream, query);
  if (!query.forward) std::ranges::reverse(events);
  GetLogEventsResponse response;
  auto& list = response.events.emplace();
  for (const observe::LogEvent& event : events) list.push_back(to_output(event));
  auto [forward, backward] = tokens_of_nothing(token, input);
  if (!events.empty()) {
    forward = {true, events.back().position};
    backward = {false, events.front().position};
  }
  response.next_forward_token = to_token(forward);
  response.next_backward_token = to_token(backward);
  return response;
}

}  // namespace kennel::services::logs
