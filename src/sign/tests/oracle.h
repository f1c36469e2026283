// botocore, asked through tests/oracles/sigv4_oracle.py.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "base/error.h"

namespace kennel::sign {

// KENNEL_SEED, or another one each time; printed, so that a failure can be had again.
inline unsigned choose_seed() {
  const char* const given = std::getenv("KENNEL_SEED");
  const unsigned seed =
      given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device()();
  std::printf("KENNEL_SEED=%u\n", seed);
  return seed;
}

// `what` is one of the oracle's commands.
inline nlohmann::json ask_oracle(const std::string& what, unsigned seed, int count) {
  const std::string command = KENNEL_PYTHON " " KENNEL_SOURCE_DIR
                                            "/tests/oracles/sigv4_oracle.py " +
                              what + " " + std::to_string(seed) + " " + std::to_string(count);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  base::check(pipe != nullptr, "the oracle starts");
  std::string answer;
  std::array<char, 4096> piece{};
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), pipe.get())) {
    answer.append(piece.data(), size);
  }
  return nlohmann::json::parse(answer);
}

}  // namespace kennel::sign
