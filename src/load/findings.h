// What a load measured, and the same for programs and as a page. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "load/schedule.h"
#include "load/tally.h"

namespace kennel::load {

struct Findings {
  std::string url;
  Plan plan;
  int connections = 0;  // at most
  Tally tally;
  std::uint64_t unfinished = 0;          // cut by an interruption
  std::uint64_t not_begun = 0;           // open loop: due, and still waiting at the end
  std::uint64_t connections_opened = 0;  // this and the following: with those of the warm-up
  std::uint64_t resent = 0;  // on a new connection, as the server had closed the one that was kept
  double cpu_seconds = 0;    // of this process, while it counted
  bool interrupted = false;
};

// "closed loop, 8 connections", "open loop, 100 requests a second, at most 256 connections"
[[nodiscard]] std::string describe_loop(const Findings& findings);

// One object; docs/load.md says what is in it.
[[nodiscard]] nlohmann::ordered_json to_json(const Findings& findings);

[[nodiscard]] std::string report_html(const Findings& findings);

}  // namespace kennel::load
