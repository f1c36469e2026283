#include "observe/logs.h"

#include "observe/log_records.h"

namespace kennel::observe {
namespace {

constexpr int kAttemptsMax = 100;
constexpr std::size_t kTogether = 1000;

tl::unexpected<LogProblem> refuse(LogProblem problem) { return tl::unexpected(problem); }

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

// The streams first; the group once it has none, so that none that comes meanwhile outlives it.
LogOutcome<void> Logs::remove_group(std::string_view name) {
  for (int attempt = 0; attempt < kAttemptsMax;) {
    const auto streams =
        records_.scan(kLogStreams, {.prefix = streams_prefix(name), .limit = kTogether});
    store::Changes changes;
    for (const store::Record& record : streams) {
      changes.push_back({kLogStreams, record.key, std::nullopt, record.version});
      changes.push_back({kLogGarbage, stream_from_record("", record.value).id, ""});
    }
    if (streams.empty()) {
      changes.push_back(
          {kLogStreams, streams_prefix(name), {}, {}, store::ChangeKind::kExpectNone});
      changes.push_back({kLogGroups, std::string(name), std::nullopt, store::kAnyVersion});
    }
    const auto committed = records_.commit(std::move(changes));
    if (committed && streams.empty()) return {};
    if (committed) continue;
    if (!is_conflict(committed)) break;
    if (!records_.find(kLogGroups, name)) return refuse(LogProblem::kNoSuchGroup);
    ++attempt;
  }
  return refuse(LogProblem::kTooBusy);
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

LogOutcome<void> Logs::change_group(std::string_view name, const GroupChange& change) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto record = records_.find(kLogGroups, name);
    if (!record) return refuse(LogProblem::kNoSuchGroup);
    LogGroup group = group_from_record(name, record->value);
    if (auto changed = change(group); !changed) return changed;
    const auto committed =
        records_.commit({{kLogGroups, record->key, to_record(group), record->version}});
    if (committed) return {};
    if (!is_conflict(committed)) break;
  }
  return refuse(LogProblem::kTooBusy);
}

LogOutcome<void> Logs::set_retention(std::string_view name, std::optional<int> days) {
  return change_group(name, [days](LogGroup& group) -> LogOutcome<void> {
    group.retention_days = days;
    return {};
  });
}

LogOutcome<void> Logs::change_tags(std::string_view name, const TagChange& change) {
  return change_group(name, [&change](LogGroup& group) -> LogOutcome<void> {
    for (const auto& [key, value] : change.added) group.tags[key] = value;
    for (const std::string& key : change.removed) group.tags.erase(key);
    if (group.tags.size() > change.most) return refuse(LogProblem::kTooManyTags);
    return {};
  });
}

std::uint64_t Logs::stored_bytes(std::string_view group) const {
  std::uint64_t bytes = 0;
  std::string after;
  for (;;) {
    const auto page = list_streams(group, "", {.after = after, .limit = kTogether});
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
    const auto committed =
        records_.commit({{kLogStreams, stream_key(group, name), std::nullopt, found->version},
                         {kLogGarbage, found->stream.id, ""}});
    if (committed) return {};
    if (!is_conflict(committed)) break;
  }
  return refuse(LogProblem::kTooBusy);
}

LogOutcome<LogStream> Logs::get_stream(std::string_view group, std::string_view name) const {
  if (auto found = find_stream(group, name)) return std::move(found->stream);
  const bool has_group = records_.find(kLogGroups, group).has_value();
  return refuse(has_group ? LogProblem::kNoSuchStream : LogProblem::kNoSuchGroup);
}

LogPage<LogStream> Logs::list_streams(std::string_view group, std::string_view prefix,
                                      const StreamRange& range) const {
  LogPage<LogStream> page;
  const std::string begin = streams_prefix(group);
  store::ScanRange scanned{.prefix = begin + std::string(prefix),
                           .limit = range.limit + 1,
                           .descending = range.descending};
  if (!range.after.empty()) scanned.after = stream_key(group, range.after);
  for (const store::Record& record : records_.scan(kLogStreams, scanned)) {
    if (page.items.size() == range.limit) {
      page.next = page.items.back().name;
      break;
    }
    page.items.push_back(stream_from_record(record.key.substr(begin.size()), record.value));
  }
  return page;
}

}  // namespace kennel::observe
