// Logs: groups of streams of events, each a moment and a message.
//
// Collections: "log-groups" name -> LogGroup; "log-streams" group, zero byte, stream -> LogStream;
// "log-events" stream's id, time, number -> when it came and the message, so that events of one
// millisecond keep the order in which they came; "log-garbage" the id of a stream that is gone,
// whose events are still to be removed.
//
// Every call is safe from several threads; what changes something blocks until it is durable.
// Throws store::StoreError.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "store/records.h"

namespace kennel::observe {

using LogTime = std::chrono::system_clock::time_point;  // in milliseconds

struct LogGroup {
  std::string name;
  LogTime created;
  std::optional<int> retention_days = {};
  std::map<std::string, std::string> tags = {};
};

struct LogStream {
  std::string name;
  std::string id;  // of its own: another of the same name has another
  LogTime created;
  std::optional<LogTime> first_event = {};
  std::optional<LogTime> last_event = {};
  std::optional<LogTime> last_ingestion = {};
  std::uint64_t bytes = 0;
  std::uint64_t next_number = 0;
};

struct LogLine {
  LogTime time;
  std::string message;
};

// Where an event stands in its stream. Positions sort as events do.
struct LogPosition {
  std::int64_t ms = 0;
  std::uint64_t number = 0;

  auto operator<=>(const LogPosition&) const = default;
};

struct LogEvent {
  LogPosition position;
  LogTime time;
  LogTime ingested;
  std::string message;
};

struct EventQuery {
  std::optional<LogTime> from = {};       // at or after
  std::optional<LogTime> until = {};      // before
  std::optional<LogPosition> after = {};  // beyond it, in the direction of reading
  bool forward = true;                    // false: from the latest on
  std::size_t limit = 10'000;
  std::size_t bytes_max = std::size_t{1} << 20U;  // of messages, with kEventBytes for each; but one
};

enum class LogProblem {
  kNoSuchGroup,
  kNoSuchStream,
  kGroupExists,
  kStreamExists,
  kTooManyTags,
  kTooBusy
};

template <class T>
using LogOutcome = tl::expected<T, LogProblem>;

// What an event counts beside its message.
inline constexpr std::size_t kEventBytes = 26;
inline constexpr std::size_t kMessageBytesMax = (std::size_t{256} << 10U) - kEventBytes;

template <class T>
struct LogPage {
  std::vector<T> items;
  std::string next;  // for `after`; empty: this was the last
};

struct StreamRange {
  std::string after;  // streams beyond the one of this name; empty: from the first
  std::size_t limit = 1000;
  bool descending = false;  // from the last name on
};

struct TagChange {
  std::map<std::string, std::string> added = {};  // in the place of those of the same key
  std::vector<std::string> removed = {};          // keys
  std::size_t most = SIZE_MAX;                    // that a group may have then
};

class Logs {
 public:
  Logs(store::Records& records, const base::Clock& clock) : records_(records), clock_(clock) {}

  [[nodiscard]] LogOutcome<void> create_group(const LogGroup& group);
  [[nodiscard]] LogOutcome<void> remove_group(std::string_view name);
  [[nodiscard]] LogOutcome<LogGroup> get_group(std::string_view name) const;
  [[nodiscard]] LogPage<LogGroup> list_groups(std::string_view prefix, std::string_view after,
                                              std::size_t limit) const;
  [[nodiscard]] LogOutcome<void> set_retention(std::string_view name, std::optional<int> days);
  [[nodiscard]] LogOutcome<void> change_tags(std::string_view name, const TagChange& change);
  [[nodiscard]] std::uint64_t stored_bytes(std::string_view group) const;

  [[nodiscard]] LogOutcome<void> create_stream(std::string_view group, std::string_view name);
  [[nodiscard]] LogOutcome<void> remove_stream(std::string_view group, std::string_view name);
  [[nodiscard]] LogOutcome<LogStream> get_stream(std::string_view group,
                                                 std::string_view name) const;
  // By name.
  [[nodiscard]] LogPage<LogStream> list_streams(std::string_view group, std::string_view prefix,
                                                const StreamRange& range) const;

  // Adds events to a stream that is there.
  [[nodiscard]] LogOutcome<void> put(std::string_view group, std::string_view stream,
                                     std::span<const LogLine> lines);
  // The same for what the server itself writes: makes group and stream where they are missing, and
  // cuts messages that are too long. kThrottled.
  [[nodiscard]] base::Result<void> append(std::string_view group, std::string_view stream,
                                          std::span<const LogLine> lines);
  // In the order of the query.
  [[nodiscard]] std::vector<LogEvent> read(const LogStream& stream, const EventQuery& query) const;

  // Removes up to `limit` events that nobody is to see any more; true: there may be more to do.
  bool trim(std::size_t limit);

 private:
  struct FoundStream {
    LogStream stream;
    std::uint64_t version;
  };
  [[nodiscard]] std::optional<FoundStream> find_stream(std::string_view group,
                                                       std::string_view name) const;
  using GroupChange = std::function<LogOutcome<void>(LogGroup&)>;
  [[nodiscard]] LogOutcome<void> change_group(std::string_view name, const GroupChange& change);
  [[nodiscard]] LogOutcome<void> add(std::string_view group, std::string_view stream,
                                     std::span<const LogLine> lines, bool makes);
  [[nodiscard]] store::Change group_for(std::string_view name, LogTime moment) const;
  std::size_t trim_garbage(std::size_t limit);
  std::size_t trim_expired(std::size_t limit);
  std::size_t trim_group(std::string_view group, LogTime horizon, std::size_t limit);
  std::size_t trim_stream(std::string_view group, std::string_view name, LogTime horizon,
                          std::size_t limit);
  [[nodiscard]] LogTime now() const;

  store::Records& records_;
  const base::Clock& clock_;
};

}  // namespace kennel::observe
