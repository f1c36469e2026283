// Events of several streams in the order of time; those of one moment by stream, then as they came.
// A stream is read from when the search reaches its first event, so that a group costs no more than
// those of its streams that overlap. One thread; the logs outlive it.
#pragma once

#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

#include "observe/logs.h"

namespace kennel::services::logs {

// Where an event stands among those of all streams.
struct SearchPosition {
  observe::LogPosition position;
  std::string stream_id;

  [[nodiscard]] std::tuple<std::int64_t, const std::string&, std::uint64_t> order() const {
    return {position.ms, stream_id, position.number};
  }
};

struct SearchBounds {
  std::optional<observe::LogTime> from = {};
  std::optional<observe::LogTime> until = {};  // before
  std::optional<SearchPosition> after = {};    // beyond it
};

class LogSearch {
 public:
  LogSearch(const observe::Logs& logs, std::vector<observe::LogStream> streams,
            const SearchBounds& bounds);

  [[nodiscard]] bool at_end() const { return open_.empty(); }
  // Of the event that the search is at.
  [[nodiscard]] const observe::LogStream& stream() const { return open_.top()->stream; }
  [[nodiscard]] const observe::LogEvent& event() const { return open_.top()->event(); }
  [[nodiscard]] SearchPosition position() const { return {event().position, stream().id}; }
  void advance();

 private:
  // A stream and some of its events that come next.
  struct Reader {
    observe::LogTime start;  // no event comes before
    observe::LogStream stream;
    observe::EventQuery query;
    std::vector<observe::LogEvent> events = {};
    std::size_t at = 0;

    [[nodiscard]] const observe::LogEvent& event() const { return events[at]; }
  };
  struct IsLater {
    bool operator()(const std::shared_ptr<Reader>& a, const std::shared_ptr<Reader>& b) const;
  };

  void fill(Reader& reader) const;
  void open_due();

  const observe::Logs& logs_;
  std::vector<Reader> waiting_;  // the last starts first
  std::priority_queue<std::shared_ptr<Reader>, std::vector<std::shared_ptr<Reader>>, IsLater> open_;
};

}  // namespace kennel::services::logs
