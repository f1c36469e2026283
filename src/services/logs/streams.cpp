#include <fmt/format.h>

#include <algorithm>

#include "services/logs/logs.h"
#include "services/logs/words.h"

namespace kennel::services::logs {
namespace {

using wire::Outcome;

constexpr std::int32_t kPageDefault = 50;
constexpr std::size_t kTogether = 1000;

// By the time of the last event; those without one come first.
bool is_earlier(const observe::LogStream& a, const observe::LogStream& b) {
  return std::pair(a.last_event.value_or(observe::LogTime::min()), a.name) <
         std::pair(b.last_event.value_or(observe::LogTime::min()), b.name);
}

std::vector<observe::LogStream> all_streams(const observe::Logs& logs, const std::string& group,
                                            const std::string& prefix) {
  std::vector<observe::LogStream> streams;
  std::string after;
  do {
    auto page = logs.list_streams(group, prefix, after, kTogether);
    std::ranges::move(page.items, std::back_inserter(streams));
    after = page.next;
  } while (!after.empty());
  return streams;
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

Outcome<DescribeLogStreamsResponse> Logs::handle(DescribeLogStreams, const Call& call,
                                                 const DescribeLogStreamsRequest& input) {
  KENNEL_TRY(const std::string group,
             named_group(input.log_group_name, input.log_group_identifier));
  KENNEL_TRY_VOID(answered(logs_.get_group(group)));
  const bool by_time = input.order_by.value_or("LogStreamName") == "LastEventTime";
  const std::string prefix = input.log_stream_name_prefix.value_or("");
  if (by_time && !prefix.empty()) {
    return invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  KENNEL_TRY(const std::string after, from_token(input.next_token));
  std::vector<observe::LogStream> streams = all_streams(logs_, group, prefix);
  if (by_time) std::ranges::sort(streams, is_earlier);
  if (input.descending.value_or(false)) std::ranges::reverse(streams);
  auto begin = streams.begin();
  if (!after.empty()) {
    begin = std::ranges::find(streams, after, &observe::LogStream::name);
    if (begin != streams.end()) ++begin;
  }
  const auto limit = static_cast<std::ptrdiff_t>(input.limit.value_or(kPageDefault));
  const auto end = begin + std::min(limit, streams.end() - begin);
  DescribeLogStreamsResponse response;
  auto& list = response.log_streams.emplace();
  for (auto stream = begin; stream != end; ++stream) {
    LogStream told;
    told.log_stream_name = stream->name;
    told.creation_time = to_wire(stream->created);
    if (stream->first_event) told.first_event_timestamp = to_wire(*stream->first_event);
    if (stream->last_event) told.last_event_timestamp = to_wire(*stream->last_event);
    if (stream->last_ingestion) told.last_ingestion_time = to_wire(*stream->last_ingestion);
    told.upload_sequence_token = fmt::format("{:056}", stream->next_number);
    told.arn = fmt::format("{}:log-stream:{}", group_arn(call, group), stream->name);
    told.stored_bytes = 0;  // AWS tells it of groups only
    list.push_back(std::move(told));
  }
  // No token where the page holds the last: the SageMaker SDK would ask for ever.
  if (end != streams.end()) response.next_token = to_token(list.back().log_stream_name.value());
  return response;
}

}  // namespace kennel::services::logs
