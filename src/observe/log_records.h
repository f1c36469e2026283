// Groups, streams and events of logs as records. Pure but for make_stream_id.
#pragma once

#include <string>
#include <string_view>

#include "observe/logs.h"

namespace kennel::observe {

inline constexpr const char* kLogGroups = "log-groups";
inline constexpr const char* kLogStreams = "log-streams";
inline constexpr const char* kLogEvents = "log-events";
inline constexpr const char* kLogGarbage = "log-garbage";

// Of a stream that is made.
[[nodiscard]] std::string make_stream_id();
// What was read has changed since.
[[nodiscard]] bool is_conflict(const base::Result<void>& committed);

[[nodiscard]] std::int64_t to_ms(LogTime time);
[[nodiscard]] LogTime from_ms(std::int64_t ms);

[[nodiscard]] std::string to_record(const LogGroup& group);
[[nodiscard]] LogGroup group_from_record(std::string_view name, std::string_view record);

[[nodiscard]] std::string streams_prefix(std::string_view group);
[[nodiscard]] std::string stream_key(std::string_view group, std::string_view stream);
[[nodiscard]] std::string to_record(const LogStream& stream);
[[nodiscard]] LogStream stream_from_record(std::string_view name, std::string_view record);

[[nodiscard]] std::string event_key(std::string_view stream_id, const LogPosition& position);
[[nodiscard]] std::string event_record(LogTime ingested, std::string_view message);
[[nodiscard]] LogEvent event_from_record(std::string_view stream_id, const store::Record& record);

}  // namespace kennel::observe
