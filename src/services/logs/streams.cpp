#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "services/logs/logs.h"
#include "services/logs/words.h"

namespace kennel::services::logs {
namespace {

using wire::Outcome;

constexpr std::int32_t kPageDefault = 50;

// Where a stream stands by the time of its last event; those without one come first.
struct Standing {
  std::int64_t last_ms = -1;
  std::string name;

  auto operator<=>(const Standing&) const = default;
};

Standing standing_of(const observe::LogStream& stream) {
  return {stream.last_event ? to_wire(*stream.last_event) : -1, stream.name};
}

// The time and the name: a stream may be written to, or go, between two pages.
std::string to_text(const Standing& standing) {
  return fmt::format("{}/{}", standing.last_ms, standing.name);
}

Outcome<Standing> parse_standing(const std::string& text) {
  Standing standing;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), standing.last_ms);
  const auto at = static_cast<std::size_t>(read.ptr - text.data());
  if (read.ec != std::errc() || at == text.size() || text[at] != '/') {
    return invalid_parameter("The specified nextToken is invalid.");
  }
  standing.name = text.substr(at + 1);
  return standing;
}

struct Page {
  std::vector<observe::LogStream> streams;
  std::optional<std::string> next;  // the token
};

Page page_by_name(const observe::Logs& logs, const std::string& group, const std::string& prefix,
                  const observe::StreamRange& range) {
  auto found = logs.list_streams(group, prefix, range);
  Page page{std::move(found.items), std::nullopt};
  if (!found.next.empty()) page.next = to_token(found.next);
  return page;
}

Outcome<Page> page_by_time(const observe::Logs& logs, const std::string& group,
                           const observe::StreamRange& range) {
  std::vector<observe::LogStream> streams = all_streams(logs, group, "");
  std::ranges::sort(streams, {}, standing_of);
  if (range.descending) std::ranges::reverse(streams);
  auto begin = streams.begin();
  if (!range.after.empty()) {
    KENNEL_TRY(const Standing after, parse_standing(range.after));
    begin = std::ranges::find_if(streams, [&](const observe::LogStream& stream) {
      return range.descending ? standing_of(stream) < after : standing_of(stream) > after;
    });
  }
  const auto limit = static_cast<std::ptrdiff_t>(range.limit);
  const auto end = begin + std::min(limit, streams.end() - begin);
  Page page;
  if (end != streams.end()) page.next = to_token(to_text(standing_of(*std::prev(end))));
  page.streams.assign(std::move_iterator(begin), std::move_iterator(end));
  return page;
}

}  // namespace

Outcome<CreateLogStream::Output> Logs::handle(CreateLogStream, const Call&,
                                              const CreateLogStreamRequest& input) {
  KENNEL_TRY_VOID(answered(logs_.create_stream(input.log_group_name, input.log_stream_name)));
  return CreateLogStream::Output{};
}

Outcome<DeleteLogStream::Output> Logs::handle(DeleteLogStream, const Call&,
                                              const DeleteLogStreamRequest& input) {
  KENNEL_TRY_VOID(answered(logs_.remove_stream(input.log_group_name, input.log_stream_name)));
  return DeleteLogStream::Output{};
}

LogStream Logs::describe(const Call& call, std::string_view group,
                         const observe::LogStream& stream) const {
  LogStream told;
  told.log_stream_name = stream.name;
  told.creation_time = to_wire(stream.created);
  if (stream.first_event) told.first_event_timestamp = to_wire(*stream.first_event);
  if (stream.last_event) told.last_event_timestamp = to_wire(*stream.last_event);
  if (stream.last_ingestion) told.last_ingestion_time = to_wire(*stream.last_ingestion);
  told.upload_sequence_token = fmt::format("{:056}", stream.next_number);
  told.arn = fmt::format("{}:log-stream:{}", group_arn(call, group), stream.name);
  told.stored_bytes = 0;  // AWS tells it of groups only
  return told;
}

Outcome<DescribeLogStreamsResponse> Logs::handle(DescribeLogStreams, const Call& call,
                                                 const DescribeLogStreamsRequest& input) {
  KENNEL_TRY(const std::string group,
             named_group(input.log_group_name, input.log_group_identifier, group_arn(call, "")));
  KENNEL_TRY_VOID(answered(logs_.get_group(group)));
  const bool by_time = input.order_by.value_or("LogStreamName") == "LastEventTime";
  if (by_time && input.log_stream_name_prefix) {
    return invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  observe::StreamRange range{.descending = input.descending.value_or(false)};
  KENNEL_TRY(range.after, from_token(input.next_token));
  range.limit = static_cast<std::size_t>(input.limit.value_or(kPageDefault));
  Page page;
  if (by_time) {
    KENNEL_TRY(page, page_by_time(logs_, group, range));
  } else {
    page = page_by_name(logs_, group, input.log_stream_name_prefix.value_or(""), range);
  }
  DescribeLogStreamsResponse response;
  auto& list = response.log_streams.emplace();
  for (const auto& stream : page.streams) list.push_back(describe(call, group, stream));
  // None where the page holds the last: the SageMaker SDK would ask for ever.
  response.next_token = page.next;
  return response;
}

}  // namespace kennel::services::logs
