// What the load clients have in common: sockets to 127.0.0.1, the heads of answers, their times.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sign/sigv4.h"

namespace kennel::load {

using SteadyClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

inline SteadyClock::duration to_duration(double seconds) {
  return std::chrono::duration_cast<SteadyClock::duration>(Seconds(seconds));
}

// Of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; throws where one is not set.
sign::Credentials credentials_from_environment();

// This process's, user and system.
double cpu_seconds();

void raise_file_limit();

// A descriptor of a connection to 127.0.0.1, without Nagle's delay; throws std::system_error.
int connect_to(int port);

struct AnswerHead {
  int status = 0;
  bool closes = false;
  std::size_t size = 0;      // with its empty line
  std::uint64_t length = 0;  // of the body
  std::string fields;        // a line each, in lower case, CRLF before and after each

  // The value of a field, in lower case like its name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view lower_name) const;
};

// nullopt: it is not whole yet. Only what both servers send is understood: a Content-Length.
std::optional<AnswerHead> read_head(std::string_view text);

// Count, percentiles and maximum; sorts them.
nlohmann::json describe(std::vector<float>& times_ms);

// The exit code of a program: 1 with the message of what it threw.
int run_program(const char* name, const std::function<int()>& run);

}  // namespace kennel::load
