#include <algorithm>

#include "observe/log_records.h"
#include "observe/logs.h"

namespace kennel::observe {
namespace {

constexpr int kAttemptsMax = 10;  // of a stream that is written to meanwhile
constexpr std::size_t kTogether = 1000;

}  // namespace

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

// What is told of the stream changes with its events.
std::size_t Logs::trim_stream(std::string_view group, std::string_view name, LogTime horizon,
                              std::size_t limit) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto found = find_stream(group, name);
    if (!found) return 0;
    LogStream& stream = found->stream;
    const auto expired = read(stream, {.until = horizon, .limit = limit});
    store::Changes changes;
    for (const LogEvent& event : expired) {
      changes.push_back({kLogEvents, event_key(stream.id, event.position)});
      stream.bytes -= std::min(stream.bytes, event.message.size() + kEventBytes);
    }
    EventQuery rest{.limit = 1};
    if (!expired.empty()) rest.after = expired.back().position;
    const auto first = read(stream, rest);
    stream.first_event = first.empty() ? std::nullopt : std::optional(first.front().time);
    changes.push_back({kLogStreams, stream_key(group, name), to_record(stream), found->version});
    const auto committed = records_.commit(std::move(changes));
    if (committed) return expired.size();
    if (!is_conflict(committed)) return 0;
  }
  return 0;
}

std::size_t Logs::trim_group(std::string_view group, LogTime horizon, std::size_t limit) {
  std::size_t trimmed = 0;
  StreamRange range{.limit = kTogether};
  do {
    const auto page = list_streams(group, "", range);
    for (const LogStream& stream : page.items) {
      if (trimmed >= limit) return trimmed;
      if (!stream.first_event || *stream.first_event >= horizon) continue;
      trimmed += trim_stream(group, stream.name, horizon, limit - trimmed);
    }
    range.after = page.next;
  } while (!range.after.empty());
  return trimmed;
}

std::size_t Logs::trim_expired(std::size_t limit) {
  std::size_t trimmed = 0;
  std::string after;
  do {
    const auto page = list_groups("", after, kTogether);
    for (const LogGroup& group : page.items) {
      if (trimmed >= limit) return trimmed;
      if (!group.retention_days) continue;
      const LogTime horizon = now() - std::chrono::days(*group.retention_days);
      trimmed += trim_group(group.name, horizon, limit - trimmed);
    }
    after = page.next;
  } while (!after.empty());
  return trimmed;
}

bool Logs::trim(std::size_t limit) { return trim_garbage(limit) > 0 || trim_expired(limit) > 0; }

}  // namespace kennel::observe
