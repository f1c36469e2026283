#include "observe/logs.h"

#include <algorithm>

#include "base/secure_random.h"
#include "observe/log_records.h"

namespace kennel::observe {
namespace {

constexpr int kAttemptsMax = 100;
constexpr std::size_t kTogether = 1000;

tl::unexpected<LogProblem> refuse(LogProblem problem) { return tl::unexpected(problem); }

std::string make_stream_id() { return base::to_hex(base::secure_bytes(8)); }

bool is_conflict(const base::Result<void>& committed) {
  return !committed && committed.error().kind == base::ErrorKind::kConflict;
}

// A message in pieces that fit, never cut within a sequence of UTF-8.
std::vector<std::string_view> pieces_of(std::string_view message) {
  std::vector<std::string_view> pieces;
  while (message.size() > kMessageBytesMax) {
    std::size_t end = kMessageBytesMax;
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) --end;
    pieces.push_back(message.substr(0, end));
    message.remove_prefix(end);
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

LogTime Logs::now() const { return from_ms(to_ms(clock_.calendar_now())); }

LogOutcome<void> Logs::create_group(const LogGroup& group) {
  const auto committed = records_.commit({{kLogGroups, group.name, to_record(group), 0}});
  if (committed) return {};
  return refuse(is_conflict(committed) ? LogProblem::kGroupExists : LogProblem::kTooBusy);
}

LogOutcome<LogGroup> Logs::get_group(std::string_view name) const {
  const auto record = records_.find(kLogGroups, name);
  if (!record) return refuse(LogProblem::kNoSuchGroup);
  return group_from_record(name, record->value);
}

LogOutcome<void> Logs::remove_group(std::string_view name) {
  for (;;) {
    const auto streams =
        records_.scan(kLogStreams, {.prefix = streams_prefix(name), .limit = kTogether});
    store::Changes changes;
    for (const store::Record& record : streams) {
      changes.push_back({kLogStreams, record.key, std::nullopt, record.version});
      changes.push_back({kLogGarbage, stream_from_record("", record.value).id, ""});
    }
    const bool last = streams.size() < kTogether;
    if (last) {
      changes.push_back({kLogGroups, std::string(name), std::nullopt, store::kAnyVersion});
    }
    const auto committed = records_.commit(std::move(changes));
    if (committed && last) return {};
    if (!committed && !is_conflict(committed)) return refuse(LogProblem::kTooBusy);
    if (!records_.find(kLogGroups, name)) return refuse(LogProblem::kNoSuchGroup);
  }
}

LogPage<LogGroup> Logs::list_groups(std::string_view prefix, std::string_view after,
                                    std::size_t limit) const {
  LogPage<LogGroup> page;
  const auto found = records_.scan(
      kLogGroups, {.prefix = std::string(prefix), .after = std::string(after), .limit = limit + 1});
  for (const store::Record& record : found) {
    if (page.items.size() == limit) {
      page.next = page.items.back().name;
      break;
    }
    page.items.push_back(group_from_record(record.key, record.value));
  }
  return page;
}

LogOutcome<void> Logs::change_group(std::string_view name,
                                    const std::function<void(LogGroup&)>& change) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto record = records_.find(kLogGroups, name);
    if (!record) return refuse(LogProblem::kNoSuchGroup);
    LogGroup group = group_from_record(name, record->value);
    change(group);
    if (records_.commit({{kLogGroups, record->key, to_record(group), record->version}})) return {};
  }
  return refuse(LogProblem::kTooBusy);
}

LogOutcome<void> Logs::set_retention(std::string_view name, std::optional<int> days) {
  return change_group(name, [days](LogGroup& group) { group.retention_days = days; });
}

LogOutcome<void> Logs::set_tags(std::string_view name,
                                const std::map<std::string, std::string>& tags) {
  return change_group(name, [&tags](LogGroup& group) { group.tags = tags; });
}

std::uint64_t Logs::stored_bytes(std::string_view group) const {
  std::uint64_t bytes = 0;
  std::string after;
  for (;;) {
    const auto page = list_streams(group, "", after, kTogether);
    for (const LogStream& stream : page.items) bytes += stream.bytes;
    if (page.next.empty()) return bytes;
    after = page.next;
  }
}

std::optional<Logs::FoundStream> Logs::find_stream(std::string_view group,
                                                   std::string_view name) const {
  const auto record = records_.find(kLogStreams, stream_key(group, name));
  if (!record) return std::nullopt;
  return FoundStream{stream_from_record(name, record->value), record->version};
}

LogOutcome<void> Logs::create_stream(std::string_view group, std::string_view name) {
  const LogStream stream{.name = std::string(name), .id = make_stream_id(), .created = now()};
  const auto committed = records_.commit(
      {{kLogGroups, std::string(group), {}, store::kAnyVersion, store::ChangeKind::kExpect},
       {kLogStreams, stream_key(group, name), to_record(stream), 0}});
  if (committed) return {};
  if (!is_conflict(committed)) return refuse(LogProblem::kTooBusy);
  const bool has_group = records_.find(kLogGroups, group).has_value();
  return refuse(has_group ? LogProblem::kStreamExists : LogProblem::kNoSuchGroup);
}

LogOutcome<void> Logs::remove_stream(std::string_view group, std::string_view name) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto found = find_stream(group, name);
    if (!found) return tl::unexpected(get_stream(group, name).error());
    if (records_.commit({{kLogStreams, stream_key(group, name), std::nullopt, found->version},
                         {kLogGarbage, found->stream.id, ""}})) {
      return {};
    }
  }
  return refuse(LogProblem::kTooBusy);
}

LogOutcome<LogStream> Logs::get_stream(std::string_view group, std::string_view name) const {
  if (auto found = find_stream(group, name)) return std::move(found->stream);
  const bool has_group = records_.find(kLogGroups, group).has_value();
  return refuse(has_group ? LogProblem::kNoSuchStream : LogProblem::kNoSuchGroup);
}

LogPage<LogStream> Logs::list_streams(std::string_view group, std::string_view prefix,
                                      std::string_view after, std::size_t limit) const {
  LogPage<LogStream> page;
  const std::string begin = streams_prefix(group);
  store::ScanRange range{.prefix = begin + std::string(prefix), .limit = limit + 1};
  if (!after.empty()) range.after = stream_key(group, after);
  for (const store::Record& record : records_.scan(kLogStreams, range)) {
    if (page.items.size() == limit) {
      page.next = page.items.back().name;
      break;
    }
    page.items.push_back(stream_from_record(record.key.substr(begin.size()), record.value));
  }
  return page;
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
    if (makes && !records_.find(kLogGroups, group)) {
      changes.push_back({kLogGroups, std::string(group), to_record(LogGroup{"", moment}), 0});
    }
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
  return refuse(LogProblem::kTooBusy);
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
                                   .limit = std::min(query.limit - events.size(), kTogether),
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

std::size_t Logs::trim_garbage(std::size_t limit) {
  const auto garbage = records_.scan(kLogGarbage, {.limit = 1});
  if (garbage.empty()) return 0;
  const auto events = records_.scan(kLogEvents, {.prefix = garbage[0].key, .limit = limit});
  store::Changes changes;
  for (const store::Record& event : events) changes.push_back({kLogEvents, event.key});
  if (events.size() < limit) changes.push_back({kLogGarbage, garbage[0].key});
  if (!records_.commit(std::move(changes))) return 0;
  return std::max<std::size_t>(events.size(), 1);
}

std::size_t Logs::trim_expired(std::size_t limit) {
  std::size_t trimmed = 0;
  std::string after_group;
  for (bool more = true; more && trimmed < limit;) {
    const auto groups = list_groups("", after_group, kTogether);
    for (const LogGroup& group : groups.items) {
      if (!group.retention_days) continue;
      const LogTime horizon = now() - std::chrono::days(*group.retention_days);
      std::string after;
      do {
        const auto streams = list_streams(group.name, "", after, kTogether);
        after = streams.next;
        for (const LogStream& stream : streams.items) {
          if (!stream.first_event || *stream.first_event >= horizon || trimmed >= limit) continue;
          store::Changes changes;
          for (const LogEvent& event : read(stream, {.until = horizon, .limit = limit - trimmed})) {
            changes.push_back({kLogEvents, event_key(stream.id, event.position)});
          }
          trimmed += changes.size();
          if (!changes.empty()) (void)records_.commit(std::move(changes));
        }
      } while (!after.empty() && trimmed < limit);
    }
    more = !groups.next.empty();
    after_group = groups.next;
  }
  return trimmed;
}

bool Logs::trim(std::size_t limit) {
  return trim_garbage(limit) > 0 || trim_expired(limit) >= limit;
}

}  // namespace kennel::observe
