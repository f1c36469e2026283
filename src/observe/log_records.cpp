#include "observe/log_records.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/secure_random.h"

namespace kennel::observe {
namespace {

using nlohmann::json;

constexpr std::size_t kTimeDigits = 16;

json to_json(const std::optional<LogTime>& time) { return time ? json(to_ms(*time)) : json(); }

std::optional<LogTime> time_from(const json& value) {
  if (value.is_null()) return std::nullopt;
  return from_ms(value);
}

template <class Number>
Number from_hex_digits(std::string_view digits) {
  Number number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return number;
}

}  // namespace

std::string make_stream_id() { return base::to_hex(base::secure_bytes(8)); }

bool is_conflict(const base::Result<void>& committed) {
  return !committed && committed.error().kind == base::ErrorKind::kConflict;
}

std::int64_t to_ms(LogTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

LogTime from_ms(std::int64_t ms) { return LogTime(std::chrono::milliseconds(ms)); }

std::string to_record(const LogGroup& group) {
  json value{{"created", to_ms(group.created)}, {"tags", group.tags}};
  if (group.retention_days) value["retention"] = *group.retention_days;
  return value.dump();
}

LogGroup group_from_record(std::string_view name, std::string_view record) {
  const json value = json::parse(record);
  LogGroup group{.name = std::string(name), .created = from_ms(value.at("created"))};
  if (value.contains("retention")) group.retention_days = value.at("retention").get<int>();
  value.at("tags").get_to(group.tags);
  return group;
}

std::string streams_prefix(std::string_view group) { return std::string(group) + '\0'; }

std::string stream_key(std::string_view group, std::string_view stream) {
  return streams_prefix(group).append(stream);
}

std::string to_record(const LogStream& stream) {
  return json::array({stream.id, to_ms(stream.created), to_json(stream.first_event),
                      to_json(stream.last_event), to_json(stream.last_ingestion), stream.bytes,
                      stream.next_number})
      .dump();
}

LogStream stream_from_record(std::string_view name, std::string_view record) {
  const json value = json::parse(record);
  return {.name = std::string(name),
          .id = value.at(0),
          .created = from_ms(value.at(1)),
          .first_event = time_from(value.at(2)),
          .last_event = time_from(value.at(3)),
          .last_ingestion = time_from(value.at(4)),
          .bytes = value.at(5),
          .next_number = value.at(6)};
}

std::string event_key(std::string_view stream_id, const LogPosition& position) {
  return fmt::format("{}{:016x}{:012x}", stream_id, position.ms, position.number);
}

// The message as it is, behind the time in digits: nothing to escape.
std::string event_record(LogTime ingested, std::string_view message) {
  return fmt::format("{:016x}{}", to_ms(ingested), message);
}

LogEvent event_from_record(std::string_view stream_id, const store::Record& record) {
  const std::string_view key = std::string_view(record.key).substr(stream_id.size());
  const std::string_view value = record.value;
  LogEvent event;
  event.position = {from_hex_digits<std::int64_t>(key.substr(0, kTimeDigits)),
                    from_hex_digits<std::uint64_t>(key.substr(kTimeDigits))};
  event.time = from_ms(event.position.ms);
  event.ingested = from_ms(from_hex_digits<std::int64_t>(value.substr(0, kTimeDigits)));
  event.message = value.substr(kTimeDigits);
  return event;
}

}  // namespace kennel::observe
