#include "load_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <system_error>

#include "base/error.h"
#include "base/field.h"

namespace kennel::load {
namespace {

std::string required_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(fmt::format("{} is not set", name));
  return value;
}

double percentile(const std::vector<float>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

}  // namespace

sign::Credentials credentials_from_environment() {
  return {required_variable("AWS_ACCESS_KEY_ID"), required_variable("AWS_SECRET_ACCESS_KEY"), ""};
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto to_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return to_seconds(used.ru_utime) + to_seconds(used.ru_stime);
}

void raise_file_limit() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int connect_to(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int failed =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (failed != 0) throw std::system_error(errno, std::generic_category(), "cannot connect");
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

std::optional<std::string_view> AnswerHead::find(std::string_view lower_name) const {
  const std::string start = fmt::format("\r\n{}:", lower_name);
  const std::size_t at = fields.find(start);
  if (at == std::string::npos) return std::nullopt;
  std::string_view value = std::string_view(fields).substr(at + start.size());
  value = value.substr(0, value.find("\r\n"));
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

std::optional<AnswerHead> read_head(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  AnswerHead head{.fields = base::to_lower(text.substr(0, end + 2))};
  const auto length = head.find("content-length");
  base::check(length.has_value() && head.fields.starts_with("http/1."), "an answer's head");
  head.status = std::atoi(head.fields.c_str() + 9);
  head.closes = head.find("connection") == "close";
  head.size = end + 4;
  std::from_chars(length->data(), length->data() + length->size(), head.length);
  return head;
}

nlohmann::json describe(std::vector<float>& times_ms) {
  std::ranges::sort(times_ms);
  return {{"count", times_ms.size()},
          {"p50_ms", percentile(times_ms, 0.5)},
          {"p90_ms", percentile(times_ms, 0.9)},
          {"p99_ms", percentile(times_ms, 0.99)},
          {"max_ms", percentile(times_ms, 1)}};
}

int run_program(const char* name, const std::function<int()>& run) {
  try {
    return run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", name, error.what());
    return 1;
  }
}

}  // namespace kennel::load
