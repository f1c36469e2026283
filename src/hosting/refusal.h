// Why a request to a model is not answered, as its client reads it.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace kennel::hosting {

struct Refusal {
  int status = 400;
  std::string code;     // one word, for programs: "BadPhoto"
  std::string message;  // what was wrong and what to do, for people
};

template <class T>
using Outcome = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(int status, std::string code,
                                                    std::string message) {
  return tl::unexpected(Refusal{status, std::move(code), std::move(message)});
}

// {"error": code, "message": message}, with its end of line.
[[nodiscard]] std::string to_json(const Refusal& refusal);

}  // namespace kennel::hosting
