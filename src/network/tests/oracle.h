// PyTorch, asked through tests/oracles/weights_oracle.py.
#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "base/digest.h"
#include "base/disk.h"
#include "network/tensor.h"

namespace kennel::network {

inline void run_oracle(const std::string& arguments) {
  const std::string command = std::string(KENNEL_PYTHON " -W ignore " KENNEL_SOURCE_DIR
                                                        "/tests/oracles/weights_oracle.py ") +
                              arguments;
  base::check(std::system(command.c_str()) == 0, "the oracle runs: " + command);
}

inline std::string read_text(const base::Path& path) {
  const auto bytes = base::read_file(path, base::kMiB);
  base::check(bytes.has_value(), "the oracle wrote its answer");
  return std::string(base::as_text(*bytes));
}

// As the oracle describes tensors: [[name, type, shape, digest], ...].
inline nlohmann::json describe(const StateDict& tensors) {
  auto description = nlohmann::json::array();
  for (const auto& [name, tensor] : tensors.entries()) {
    description.push_back({name, to_name(tensor.type), nlohmann::json(tensor.shape),
                           base::sha256(tensor.bytes).hex()});
  }
  return description;
}

}  // namespace kennel::network
