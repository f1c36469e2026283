// Ctrl-C and SIGTERM as a flag that long work looks at.
#pragma once

#include <atomic>

namespace kennel::apps {

// From now on the first SIGINT or SIGTERM sets the flag; a second one ends the process at once.
const std::atomic<bool>& interrupt_flag();

inline constexpr int kExitInterrupted = 130;  // what a shell gives a command ended by Ctrl-C

}  // namespace kennel::apps
