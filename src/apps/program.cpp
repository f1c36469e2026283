#include "apps/program.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "apps/interrupt.h"

namespace kennel::apps {
namespace {

int report(const base::Error& error) {
  fmt::print(stderr, "kennel: {}\n", error.message);
  return error.kind == base::ErrorKind::kInterrupted ? kExitInterrupted : 1;
}

// What was printed must have arrived: a full disk behind stdout shows at the last flush only.
int finish(int exit_code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  fmt::print(stderr, "kennel: could not write the output: {}\n", std::strerror(errno));
  return 1;
}

}  // namespace

int run_program(int argc, char** argv, const Handler& handler) {
  const auto parsed = parse_command_line(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  try {
    const auto result = handler(std::get<Command>(parsed));
    return result ? finish(*result) : report(result.error());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "kennel: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "kennel: {}\n", error.what());
  }
  return 1;
}

}  // namespace kennel::apps
