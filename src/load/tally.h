// What came of the requests that count: how many, how fast, what went wrong, second by second.
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "http/client_error.h"
#include "load/latency_histogram.h"

namespace kennel::load {

struct Outcome {
  std::variant<int, http::ClientErrorKind> answer;  // its status, or why there was none
  std::uint64_t sent_bytes = 0;                     // of bodies, as the one below
  std::uint64_t received_bytes = 0;
};

// A status from 200 to 299.
[[nodiscard]] bool is_good(const Outcome& outcome);
// "503", "timeout".
[[nodiscard]] std::string to_name(const Outcome& outcome);

// What ended within one second.
struct Second {
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
  Moment p50{0};  // of the good ones
  Moment p99{0};
};

class Tally {
 public:
  // Seconds are counted from here; once, before the first `add`.
  void begin(Moment at) { begin_ = at; }
  // A latency is from the moment that a request was due. `ended` never goes back.
  void add(Moment due, Moment ended, const Outcome& outcome);

  [[nodiscard]] std::uint64_t good() const { return latencies_.count(); }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  [[nodiscard]] std::uint64_t ended() const { return good() + failed(); }
  // From the first that was due to the last that ended.
  [[nodiscard]] double seconds() const { return to_seconds(last_ - begin_); }
  [[nodiscard]] double good_per_second() const;
  [[nodiscard]] const LatencyHistogram& latencies() const { return latencies_; }  // of the good
  [[nodiscard]] const std::map<std::string, std::uint64_t>& errors() const { return errors_; }
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }
  [[nodiscard]] std::uint64_t received_bytes() const { return received_bytes_; }
  // Second i is from i to i + 1 seconds after `begin`; the last one is seldom whole.
  [[nodiscard]] std::vector<Second> timeline() const;

 private:
  // What ended in the second that is not over.
  struct Current {
    std::vector<Moment> latencies;
    std::uint64_t failed = 0;
  };
  [[nodiscard]] static Second close(Current current);

  Moment begin_{0};
  Moment last_{0};
  LatencyHistogram latencies_;
  std::uint64_t failed_ = 0;
  std::map<std::string, std::uint64_t> errors_;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t received_bytes_ = 0;
  std::vector<Second> closed_;
  Current current_;
};

}  // namespace kennel::load
