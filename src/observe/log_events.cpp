#include <algorithm>

#include "base/utf8.h"
#include "observe/log_records.h"
#include "observe/logs.h"

namespace kennel::observe {
namespace {

constexpr int kAttemptsMax = 100;
constexpr std::size_t kReadTogether = 64;  // of the longest they take 16 MiB

// A message in pieces that fit.
std::vector<std::string_view> pieces_of(std::string_view message) {
  std::vector<std::string_view> pieces;
  while (message.size() > kMessageBytesMax) {
    pieces.push_back(base::cut_text(message, kMessageBytesMax));
    message.remove_prefix(pieces.back().size());
  }
  pieces.push_back(message);
  return pieces;
}

// Events of a stream, with their key after or before the query's bounds.
struct Bounds {
  std::string prefix;
  std::string after;
};

Bounds bounds_of(const LogStream& stream, const EventQuery& query) {
  Bounds bounds{.prefix = stream.id};
  if (query.forward) {
    if (query.from) bounds.after = event_key(stream.id, {to_ms(*query.from), 0});
    // The first at that time would be passed over: its number may be 0.
    if (query.from) bounds.after.pop_back();
    if (query.after) {
      bounds.after = std::max(bounds.after, event_key(stream.id, *query.after));
    }
    return bounds;
  }
  if (query.until) bounds.after = event_key(stream.id, {to_ms(*query.until), 0});
  if (query.after) {
    const std::string before = event_key(stream.id, *query.after);
    bounds.after = bounds.after.empty() ? before : std::min(bounds.after, before);
  }
  return bounds;
}

}  // namespace

// What holds the group that the server writes to: it is expected to stay, or made.
store::Change Logs::group_for(std::string_view name, LogTime moment) const {
  if (records_.find(kLogGroups, name)) {
    return {kLogGroups, std::string(name), {}, store::kAnyVersion, store::ChangeKind::kExpect};
  }
  return {kLogGroups, std::string(name), to_record(LogGroup{"", moment}), 0};
}

LogOutcome<void> Logs::add(std::string_view group, std::string_view stream,
                           std::span<const LogLine> lines, bool makes) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto found = find_stream(group, stream);
    if (!found && !makes) return tl::unexpected(get_stream(group, stream).error());
    const LogTime moment = now();
    if (!found) {
      found =
          FoundStream{{.name = std::string(stream), .id = make_stream_id(), .created = moment}, 0};
    }
    LogStream& changed = found->stream;
    store::Changes changes;
    if (makes) changes.push_back(group_for(group, moment));
    for (const LogLine& line : lines) {
      changed.first_event = std::min(changed.first_event.value_or(line.time), line.time);
      changed.last_event = std::max(changed.last_event.value_or(line.time), line.time);
      changed.last_ingestion = moment;
      for (const std::string_view piece : pieces_of(line.message)) {
        changes.push_back({kLogEvents,
                           event_key(changed.id, {to_ms(line.time), changed.next_number++}),
                           event_record(moment, piece)});
        changed.bytes += piece.size() + kEventBytes;
      }
    }
    changes.push_back({kLogStreams, stream_key(group, stream), to_record(changed), found->version});
    const auto committed = records_.commit(std::move(changes));
    if (committed) return {};
    if (!is_conflict(committed)) break;
  }
  return tl::unexpected(LogProblem::kTooBusy);
}

LogOutcome<void> Logs::put(std::string_view group, std::string_view stream,
                           std::span<const LogLine> lines) {
  return add(group, stream, lines, false);
}

base::Result<void> Logs::append(std::string_view group, std::string_view stream,
                                std::span<const LogLine> lines) {
  if (add(group, stream, lines, true)) return {};
  return base::fail(base::ErrorKind::kThrottled, "too much is being logged at once");
}

std::vector<LogEvent> Logs::read(const LogStream& stream, const EventQuery& query) const {
  std::vector<LogEvent> events;
  Bounds bounds = bounds_of(stream, query);
  std::size_t bytes = 0;
  while (events.size() < query.limit) {
    const auto found =
        records_.scan(kLogEvents, {.prefix = bounds.prefix,
                                   .after = bounds.after,
                                   .limit = std::min(query.limit - events.size(), kReadTogether),
                                   .descending = !query.forward});
    for (const store::Record& record : found) {
      LogEvent event = event_from_record(stream.id, record);
      const bool passed = query.forward ? query.until && event.time >= *query.until
                                        : query.from && event.time < *query.from;
      bytes += event.message.size() + kEventBytes;
      if (passed || (bytes > query.bytes_max && !events.empty())) return events;
      events.push_back(std::move(event));
    }
    if (found.empty()) break;
    bounds.after = found.back().key;
  }
  return events;
}

}  // namespace kennel::observe
