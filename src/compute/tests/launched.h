// Launching programs in tests.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "base/tests/scratch_folder.h"
#include "compute/launcher.h"

namespace kennel::compute {

struct Sandboxed {
  static std::unique_ptr<Launcher> open(LauncherOptions options) {
    return open_sandbox(std::move(options));
  }
};
struct Plain {
  static std::unique_ptr<Launcher> open(LauncherOptions options) {
    return open_plain(std::move(options));
  }
};

struct Ended {
  Exit exit;
  std::string said;
};

// Reads until `text` was said, or the end of all output.
inline std::string read_until(Instance& instance, std::string_view text) {
  std::string said;
  for (;;) {
    pollfd waiting{instance.output(), POLLIN, 0};
    (void)::poll(&waiting, 1, -1);
    char piece[4096];
    const ssize_t got = ::read(instance.output(), piece, sizeof(piece));
    if (got <= 0) return said;
    said.append(piece, static_cast<std::size_t>(got));
    if (!text.empty() && said.find(text) != std::string::npos) return said;
  }
}

inline Exit wait_for(Instance& instance) {
  for (;;) {
    if (const auto exit = instance.poll()) return *exit;
    pollfd none{-1, 0, 0};
    (void)::poll(&none, 1, 1);
  }
}

template <class Kind>
class Launched {
 public:
  InstanceSpec spec(std::vector<std::string> command, const std::string& host = "algo-1") {
    InstanceSpec one{.host = host, .folder = scratch.path() / host, .command = std::move(command)};
    one.environment = {{"PATH", "/usr/bin:/bin"}};
    for (const char* name : {"ml/input/config", "ml/input/data", "ml/model"}) {
      std::filesystem::create_directories(one.folder / name);
    }
    return one;
  }

  InstanceSpec shell(const std::string& script, const std::string& host = "algo-1") {
    return spec({"sh", "-c", script}, host);
  }

  std::unique_ptr<Instance> launch(const InstanceSpec& one) {
    auto launched = launcher->launch(one);
    EXPECT_TRUE(launched) << launched.error().message;
    return *std::move(launched);
  }

  Ended run(const InstanceSpec& one) {
    const auto instance = launch(one);
    std::string said = read_until(*instance, "");
    return {wait_for(*instance), std::move(said)};
  }

  base::ScratchFolder scratch;
  std::unique_ptr<Launcher> launcher =
      Kind::open({.program = KENNEL_SANDBOX, .server_name = "test-" + std::to_string(::getpid())});
};

}  // namespace kennel::compute
