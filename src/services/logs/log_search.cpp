#include "services/logs/log_search.h"

#include <algorithm>

namespace kennel::services::logs {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEventsTogether = 256;
constexpr std::size_t kBytesTogether = std::size_t{64} << 10U;

observe::EventQuery query_of(const observe::LogStream& stream, const SearchBounds& bounds) {
  observe::EventQuery query{.from = bounds.from,
                            .until = bounds.until,
                            .limit = kEventsTogether,
                            .bytes_max = kBytesTogether};
  if (!bounds.after) return query;
  const auto& [position, stream_id] = *bounds.after;
  if (stream.id == stream_id) {
    query.after = position;
    return query;
  }
  // Of that moment, the streams before it were told already.
  const int passed = stream.id < stream_id ? 1 : 0;
  const observe::LogTime moment{milliseconds(position.ms + passed)};
  query.from = std::max(query.from.value_or(moment), moment);
  return query;
}

}  // namespace

bool LogSearch::IsLater::operator()(const std::shared_ptr<Reader>& a,
                                    const std::shared_ptr<Reader>& b) const {
  return std::tie(a->event().position.ms, a->stream.id) >
         std::tie(b->event().position.ms, b->stream.id);
}

LogSearch::LogSearch(const observe::Logs& logs, std::vector<observe::LogStream> streams,
                     const SearchBounds& bounds)
    : logs_(logs) {
  std::ranges::sort(streams, {}, &observe::LogStream::id);
  const auto doubles = std::ranges::unique(streams, {}, &observe::LogStream::id);
  streams.erase(doubles.begin(), doubles.end());
  for (observe::LogStream& stream : streams) {
    if (!stream.first_event || !stream.last_event) continue;
    const observe::EventQuery query = query_of(stream, bounds);
    if (query.from && *stream.last_event < *query.from) continue;
    if (query.until && *stream.first_event >= *query.until) continue;
    const auto start = std::max(*stream.first_event, query.from.value_or(*stream.first_event));
    waiting_.push_back({.start = start, .stream = std::move(stream), .query = query});
  }
  std::ranges::sort(waiting_, std::ranges::greater(), &Reader::start);
  open_due();
}

void LogSearch::fill(Reader& reader) const {
  if (!reader.events.empty()) reader.query.after = reader.events.back().position;
  reader.events = logs_.read(reader.stream, reader.query);
  reader.at = 0;
}

// Whatever could begin before the event that is next.
void LogSearch::open_due() {
  while (!waiting_.empty() && (open_.empty() || waiting_.back().start <= event().time)) {
    auto reader = std::make_shared<Reader>(std::move(waiting_.back()));
    waiting_.pop_back();
    fill(*reader);
    if (!reader->events.empty()) open_.push(std::move(reader));
  }
}

void LogSearch::advance() {
  auto reader = open_.top();
  open_.pop();
  if (++reader->at == reader->events.size()) fill(*reader);
  if (!reader->events.empty()) open_.push(std::move(reader));
  open_due();
}

}  // namespace kennel::services::logs
