// How much of this machine a job gets. Instance types are labels: a job for four machines of eight
// cores runs on a laptop, and has all of it. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace kennel::jobs {

struct Machine {
  int cores = 1;
  std::uint64_t memory_bytes = 0;
};

// What this process may use: its processors, and the system's memory.
[[nodiscard]] Machine this_machine();

struct Share {
  double machine = 1;              // of it, in (0, 1]
  double cores = 1;                // of each instance
  int threads = 1;                 // that an instance should compute with
  std::uint64_t memory_bytes = 0;  // of each instance
};

// A type that nobody knows counts as one of two cores and 8 GiB.
[[nodiscard]] Share share_of(const Machine& machine, std::string_view type, int count);
// Whether the machine really has what so many of the type have.
[[nodiscard]] bool has_all_of(const Machine& machine, std::string_view type, int count);

}  // namespace kennel::jobs
