// The access log: one line a request, for people or as JSON, to standard error or a file.
//
// Every call is safe from several threads and none waits for the disk: lines go through a bounded
// queue to a thread of the log's own; where that cannot keep up, the oldest lines are dropped and
// counted. Nothing secret is in an entry: no query string, no field of a request.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/disk.h"
#include "base/error.h"

namespace kennel::observe {

struct AccessEntry {
  std::chrono::system_clock::time_point time;
  std::string peer_address;
  std::string principal_arn;  // empty: nobody was authenticated
  std::string service;        // empty: the request named none that we know
  std::string operation;
  int status = 200;
  std::string error_code;  // empty: it went well
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::chrono::microseconds duration{0};
  std::string request_id;
};

enum class LogFormat { kText, kJson };

// Without the end of line. In text an empty member is "-", and blanks, control characters and
// quotes are percent-encoded: a line has ten words, whatever a client sent.
[[nodiscard]] std::string to_line(const AccessEntry& entry, LogFormat format);

struct AccessLogOptions {
  LogFormat format = LogFormat::kText;
  std::optional<base::Path> file;                  // absent: standard error
  std::uint64_t file_bytes_max = 64 * base::kMiB;  // then it becomes NAME.1.log, up to .5
  std::size_t lines_waiting_max = 8192;
};

class AccessLog {
 public:
  // kInvalid: the file cannot be written.
  [[nodiscard]] static base::Result<std::unique_ptr<AccessLog>> open(AccessLogOptions options);
  // Writes what is waiting.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void write(const AccessEntry& entry);
  [[nodiscard]] std::uint64_t lines_dropped() const;

 private:
  struct Sink;
  AccessLog(LogFormat format, std::unique_ptr<Sink> sink);

  LogFormat format_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace kennel::observe
