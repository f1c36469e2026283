#include "observe/access_log.h"

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "observe/calendar.h"

namespace kennel::observe {
namespace {

constexpr std::size_t kOldFiles = 5;
constexpr std::size_t kWordBytesMax = 512;  // an ARN has 2,048 at most, and 200 in practice

// A word of a line that a client may have had a hand in.
std::string word(std::string_view text) {
  if (text.empty()) return "-";
  std::string safe;
  for (const char letter : text.substr(0, kWordBytesMax)) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte > 0x20 && byte < 0x7F && letter != '"' && letter != '%') {
      safe += letter;
    } else {
      safe += fmt::format("%{:02X}", byte);
    }
  }
  return safe;
}

double milliseconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000.0;
}

std::string to_text(const AccessEntry& entry) {
  return fmt::format("{} {} {} {}:{} {} {} {} {} {:.3f} {}", to_iso_milliseconds(entry.time),
                     word(entry.peer_address), word(entry.principal_arn), word(entry.service),
                     word(entry.operation), entry.status, word(entry.error_code), entry.bytes_in,
                     entry.bytes_out, milliseconds(entry.duration), word(entry.request_id));
}

std::string to_json_line(const AccessEntry& entry) {
  nlohmann::ordered_json json;
  json["time"] = to_iso_milliseconds(entry.time);
  json["peer"] = entry.peer_address;
  json["principal"] = entry.principal_arn;
  json["service"] = entry.service;
  json["operation"] = entry.operation;
  json["status"] = entry.status;
  json["error"] = entry.error_code;
  json["bytes_in"] = entry.bytes_in;
  json["bytes_out"] = entry.bytes_out;
  json["duration_ms"] = milliseconds(entry.duration);
  json["request_id"] = entry.request_id;
  // ASCII only, so that no terminal and no reader takes a byte of it for something else.
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

spdlog::sink_ptr make_sink(const AccessLogOptions& options) {
  if (!options.file) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(options.file->string(),
                                                                options.file_bytes_max, kOldFiles);
}

}  // namespace

std::string to_line(const AccessEntry& entry, LogFormat format) {
  return format == LogFormat::kJson ? to_json_line(entry) : to_text(entry);
}

struct AccessLog::Sink {
  Sink(const AccessLogOptions& options, spdlog::sink_ptr to)
      : pool(std::make_shared<spdlog::details::thread_pool>(options.lines_waiting_max, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "access", std::move(to), pool, spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_pattern("%v");
    logger->flush_on(spdlog::level::info);
  }
  // The thread writes the lines that wait and ends; only then the logger, which it uses, may go.
  ~Sink() { pool.reset(); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

base::Result<std::unique_ptr<AccessLog>> AccessLog::open(AccessLogOptions options) {
  try {
    auto sink = std::make_unique<Sink>(options, make_sink(options));
    return std::unique_ptr<AccessLog>(new AccessLog(options.format, std::move(sink)));
  } catch (const spdlog::spdlog_ex& error) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("cannot write the access log: {}", error.what()));
  }
}

AccessLog::AccessLog(LogFormat format, std::unique_ptr<Sink> sink)
    : format_(format), sink_(std::move(sink)) {}

AccessLog::~AccessLog() = default;

void AccessLog::write(const AccessEntry& entry) {
  sink_->logger->info("{}", to_line(entry, format_));
}

std::uint64_t AccessLog::lines_dropped() const { return sink_->pool->overrun_counter(); }

}  // namespace kennel::observe
