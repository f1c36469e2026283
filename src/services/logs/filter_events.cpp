#include <fmt/format.h>

#include "services/logs/log_filter.h"
#include "services/logs/log_search.h"
#include "services/logs/logs.h"
#include "services/logs/words.h"

namespace kennel::services::logs {
namespace {

using wire::Outcome;

constexpr std::int32_t kPageMax = 10'000;
constexpr std::size_t kPageBytesMax = std::size_t{1} << 20U;
constexpr std::size_t kSearchedMax = 50'000;  // events that a page looks at

Outcome<LogFilter> parse_filter(const std::optional<std::string>& pattern) {
  auto filter = LogFilter::parse(pattern.value_or(""));
  if (filter) return *std::move(filter);
  return invalid_parameter(
      "Invalid filter pattern: terms, \"phrases\", ?optional and -excluded ones are available; "
      "JSON fields, columns and regular expressions are not.");
}

Outcome<void> check_request(const FilterLogEventsRequest& input) {
  if (input.log_stream_names && input.log_stream_name_prefix) {
    return invalid_parameter("Only one of logStreamNames and logStreamNamePrefix may be given.");
  }
  if (!input.start_from_head.value_or(true)) {
    return invalid_parameter(
        "startFromHead = false is not available here: GetLogEvents reads a stream from its end.");
  }
  return {};
}

Outcome<std::vector<observe::LogStream>> searched_streams(const observe::Logs& logs,
                                                          const std::string& group,
                                                          const FilterLogEventsRequest& input) {
  if (!input.log_stream_names) {
    return all_streams(logs, group, input.log_stream_name_prefix.value_or(""));
  }
  std::vector<observe::LogStream> streams;
  for (const std::string& name : *input.log_stream_names) {
    KENNEL_TRY(auto stream, answered(logs.get_stream(group, name)));
    streams.push_back(std::move(stream));
  }
  return streams;
}

std::string to_text(const SearchPosition& at) {
  return fmt::format("{}/{}", to_token(EventToken{true, at.position}), at.stream_id);
}

// The text of an event's token, a slash, the stream's id.
Outcome<std::optional<SearchPosition>> parse_position(const std::optional<std::string>& token) {
  if (!token) return std::nullopt;
  KENNEL_TRY(const std::string text, from_token(token));
  const std::size_t slash = text.rfind('/');
  if (slash == std::string::npos) return invalid_parameter("The specified nextToken is invalid.");
  KENNEL_TRY(const auto event, from_event_token(text.substr(0, slash)));
  return SearchPosition{event.value().position, text.substr(slash + 1)};
}

SearchBounds bounds_of(const FilterLogEventsRequest& input) {
  SearchBounds bounds{.from = to_time(input.start_time), .until = to_time(input.end_time)};
  // Unlike that of GetLogEvents, this end belongs to the window.
  if (bounds.until) *bounds.until += std::chrono::milliseconds(1);
  return bounds;
}

FilteredLogEvent to_output(const LogSearch& search) {
  const observe::LogEvent& event = search.event();
  FilteredLogEvent told;
  told.log_stream_name = search.stream().name;
  told.timestamp = to_wire(event.time);
  told.message = event.message;
  told.ingestion_time = to_wire(event.ingested);
  told.event_id =
      fmt::format("{}{:016x}{:012x}", search.stream().id, event.position.ms, event.position.number);
  return told;
}

}  // namespace

Outcome<FilterLogEventsResponse> Logs::handle(FilterLogEvents, const Call& call,
                                              const FilterLogEventsRequest& input) {
  KENNEL_TRY_VOID(check_request(input));
  KENNEL_TRY(const std::string group,
             named_group(input.log_group_name, input.log_group_identifier, group_arn(call, "")));
  KENNEL_TRY_VOID(answered(logs_.get_group(group)));
  KENNEL_TRY(const LogFilter filter, parse_filter(input.filter_pattern));
  SearchBounds bounds = bounds_of(input);
  KENNEL_TRY(bounds.after, parse_position(input.next_token));
  KENNEL_TRY(auto streams, searched_streams(logs_, group, input));
  const auto limit = static_cast<std::size_t>(input.limit.value_or(kPageMax));
  FilterLogEventsResponse response;
  response.searched_log_streams.emplace();
  auto& list = response.events.emplace();
  std::size_t bytes = 0;
  std::size_t searched = 0;
  std::optional<SearchPosition> last;
  for (LogSearch search(logs_, std::move(streams), bounds); !search.at_end(); search.advance()) {
    const bool matches = filter.matches(search.event().message);
    if (matches) bytes += search.event().message.size() + observe::kEventBytes;
    if (list.size() == limit || searched++ == kSearchedMax ||
        (bytes > kPageBytesMax && !list.empty())) {
      response.next_token = to_token(to_text(last.value()));
      break;
    }
    if (matches) list.push_back(to_output(search));
    last = search.position();
  }
  return response;
}

}  // namespace kennel::services::logs
