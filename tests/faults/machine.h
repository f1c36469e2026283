// A machine with a forgetful disk: what the disk is told to fail at, and when its power goes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "forgetful_disk.h"

namespace kennel::faults {

// What may change the disk. kName: a name made, linked or removed.
enum class Step { kName, kWrite, kSync, kRename };

struct EveryNth {
  std::uint64_t n = 1;
  int error = 0;  // an errno
  std::uint64_t steps = 0;
};

// What the kernel holds, until it forgot it as often as it was told of it.
struct Known {
  InodePtr inode;
  std::uint64_t lookups = 0;
};

class Machine {
 public:
  ForgetfulDisk disk;
  std::unordered_map<std::uint64_t, Known> known;
  std::map<Step, EveryNth> failing;
  bool full = false;   // no room for another page or name
  bool lying = false;  // syncs succeed and keep nothing
  bool dead = false;   // the power is gone: everything fails
  std::optional<std::uint64_t> steps_to_power_loss;
  std::uint64_t seed = 0;  // of what a loss of power leaves

  void lose_power() {
    Chance chance(seed);
    disk.lose_power(chance);
    dead = true;
    steps_to_power_loss.reset();
  }

  // Counts the step. Whether the power went right before it.
  bool power_goes_before_this_step() {
    if (!steps_to_power_loss || --*steps_to_power_loss > 0) return false;
    lose_power();
    return true;
  }

  // The errno that this step fails with; 0: none.
  int next_error(Step step) {
    const auto found = failing.find(step);
    if (found == failing.end() || ++found->second.steps % found->second.n != 0) return 0;
    return found->second.error;
  }
};

}  // namespace kennel::faults
