#include <fmt/format.h>

#include <algorithm>
#include <queue>

#include "services/logs/log_filter.h"
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
constexpr std::size_t kStreamsMax = 100;      // that a request may name
constexpr std::size_t kSearchedMax = 50'000;  // events a page of FilterLogEvents looks at
constexpr std::size_t kTogether = 500;

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

std::optional<observe::LogTime> to_time(const std::optional<std::int64_t>& ms) {
  if (!ms) return std::nullopt;
  return from_wire(*ms);
}

OutputLogEvent to_output(const observe::LogEvent& event) {
  return {to_wire(event.time), event.message, to_wire(event.ingested)};
}

// Where both tokens of an empty first page point to: before whatever may come at its start.
observe::LogPosition beginning(const GetLogEventsRequest& input) {
  constexpr std::uint64_t kLastNumber = 0xffff'ffff'ffff;
  const std::int64_t start = input.start_time.value_or(0);
  if (start <= 0) return {};
  return {start - 1, kLastNumber};
}

// The streams that FilterLogEvents looks through, in the order of their names.
Outcome<std::vector<observe::LogStream>> searched_streams(const observe::Logs& logs,
                                                          const std::string& group,
                                                          const FilterLogEventsRequest& input) {
  std::vector<observe::LogStream> streams;
  if (input.log_stream_names) {
    if (input.log_stream_name_prefix) {
      return invalid_parameter("Only one of logStreamNames and logStreamNamePrefix may be given.");
    }
    if (input.log_stream_names->size() > kStreamsMax) {
      return invalid_parameter("No more than 100 logStreamNames may be given.");
    }
    for (const std::string& name : *input.log_stream_names) {
      KENNEL_TRY(auto stream, answered(logs.get_stream(group, name)));
      streams.push_back(std::move(stream));
    }
    return streams;
  }
  std::string after;
  do {
    auto page =
        logs.list_streams(group, input.log_stream_name_prefix.value_or(""), after, kTogether);
    std::ranges::move(page.items, std::back_inserter(streams));
    after = page.next;
  } while (!after.empty());
  return streams;
}

// Where an event stands among those of several streams.
struct Standing {
  observe::LogPosition position;
  std::string stream;  // its id

  [[nodiscard]] std::tuple<std::int64_t, const std::string&, std::uint64_t> order() const {
    return {position.ms, stream, position.number};
  }
};

std::string to_text(const Standing& standing) {
  return fmt::format("{}/{}/{}", standing.position.ms, standing.position.number, standing.stream);
}

Outcome<std::optional<Standing>> parse_standing(const std::optional<std::string>& token) {
  if (!token) return std::nullopt;
  KENNEL_TRY(const std::string text, from_token(token));
  const std::size_t first = text.find('/');
  const std::size_t second = text.find('/', first + 1);
  const bool good = first != std::string::npos && second != std::string::npos &&
                    text.find_first_not_of("0123456789/") >= second;
  if (!good || first > 18 || second - first > 19 || first == 0 || second == first + 1) {
    return invalid_parameter("The specified nextToken is invalid.");
  }
  return Standing{
      {std::stoll(text.substr(0, first)), std::stoull(text.substr(first + 1, second - first - 1))},
      text.substr(second + 1)};
}

// The events of one stream, a few at a time.
class Reader {
 public:
  Reader(const observe::Logs& logs, const observe::LogStream& stream, observe::EventQuery query)
      : logs_(logs), stream_(stream), query_(std::move(query)) {
    query_.limit = kTogether;
    fill();
  }

  [[nodiscard]] const observe::LogStream& stream() const { return stream_; }
  [[nodiscard]] bool at_end() const { return at_ == events_.size(); }
  [[nodiscard]] const observe::LogEvent& event() const { return events_[at_]; }
  [[nodiscard]] Standing standing() const { return {event().position, stream_.id}; }
  void advance() {
    if (++at_ == events_.size()) fill();
  }

 private:
  void fill() {
    if (!events_.empty()) query_.after = events_.back().position;
    events_ = logs_.read(stream_, query_);
    at_ = 0;
  }

  const observe::Logs& logs_;
  observe::LogStream stream_;
  observe::EventQuery query_;
  std::vector<observe::LogEvent> events_;
  std::size_t at_ = 0;
};

struct IsLater {
  bool operator()(const Reader* a, const Reader* b) const {
    return a->standing().order() > b->standing().order();
  }
};

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

Outcome<GetLogEventsResponse> Logs::handle(GetLogEvents, const Call&,
                                           const GetLogEventsRequest& input) {
  KENNEL_TRY(const std::string group,
             named_group(input.log_group_name, input.log_group_identifier));
  KENNEL_TRY(const observe::LogStream stream,
             answered(logs_.get_stream(group, input.log_stream_name)));
  KENNEL_TRY(const auto token, from_event_token(input.next_token));
  observe::EventQuery query{.from = to_time(input.start_time), .until = to_time(input.end_time)};
  query.forward = token ? token->forward : input.start_from_head.value_or(false);
  if (token) query.after = token->position;
  query.limit = static_cast<std::size_t>(input.limit.value_or(kPageMax));
  std::vector<observe::LogEvent> events = logs_.read(stream, query);
  if (!query.forward) std::ranges::reverse(events);
  const observe::LogPosition here = token ? token->position : beginning(input);
  GetLogEventsResponse response;
  auto& list = response.events.emplace();
  for (const observe::LogEvent& event : events) list.push_back(to_output(event));
  response.next_forward_token =
      to_token(EventToken{true, events.empty() ? here : events.back().position});
  response.next_backward_token =
      to_token(EventToken{false, events.empty() ? here : events.front().position});
  return response;
}

Outcome<FilterLogEventsResponse> Logs::handle(FilterLogEvents, const Call&,
                                              const FilterLogEventsRequest& input) {
  KENNEL_TRY(const std::string group,
             named_group(input.log_group_name, input.log_group_identifier));
  KENNEL_TRY_VOID(answered(logs_.get_group(group)));
  const auto filter = LogFilter::parse(input.filter_pattern.value_or(""));
  if (!filter) {
    return invalid_parameter(
        "Invalid filter pattern: terms, \"phrases\", ?optional and -excluded ones are available; "
        "JSON fields, columns and regular expressions are not.");
  }
  KENNEL_TRY(const auto after, parse_standing(input.next_token));
  KENNEL_TRY(const auto streams, searched_streams(logs_, group, input));
  observe::EventQuery query{.from = to_time(input.start_time), .until = to_time(input.end_time)};
  if (after)
    query.from = std::max(query.from.value_or(from_wire(0)), from_wire(after->position.ms));
  std::vector<std::unique_ptr<Reader>> readers;
  std::priority_queue<Reader*, std::vector<Reader*>, IsLater> next;
  for (const observe::LogStream& stream : streams) {
    if (!stream.last_event || (query.from && *stream.last_event < *query.from)) continue;
    auto reader = std::make_unique<Reader>(logs_, stream, query);
    while (after && !reader->at_end() && reader->standing().order() <= after->order()) {
      reader->advance();
    }
    if (!reader->at_end()) next.push(reader.get());
    readers.push_back(std::move(reader));
  }
  const auto limit = static_cast<std::size_t>(input.limit.value_or(kPageMax));
  FilterLogEventsResponse response;
  auto& list = response.events.emplace();
  response.searched_log_streams.emplace();
  std::size_t bytes = 0;
  std::optional<Standing> last;
  for (std::size_t searched = 0; !next.empty(); ++searched) {
    if (list.size() == limit || searched == kSearchedMax || bytes > kBatchBytesMax) {
      response.next_token = to_token(to_text(last.value()));
      break;
    }
    Reader* reader = next.top();
    next.pop();
    const observe::LogEvent& event = reader->event();
    last = reader->standing();
    if (filter->matches(event.message)) {
      bytes += event.message.size() + observe::kEventBytes;
      FilteredLogEvent told;
      told.log_stream_name = reader->stream().name;
      told.timestamp = to_wire(event.time);
      told.message = event.message;
      told.ingestion_time = to_wire(event.ingested);
      told.event_id = fmt::format("{}{:016x}{:012x}", reader->stream().id, event.position.ms,
                                  event.position.number);
      list.push_back(std::move(told));
    }
    reader->advance();
    if (!reader->at_end()) next.push(reader);
  }
  return response;
}

}  // namespace kennel::services::logs
