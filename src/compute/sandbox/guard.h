// A process that stays behind to see to it that an instance ends whole.
#pragma once

#include <csignal>

namespace kennel::compute {

// What ends an instance, and all that it begot, when its guard is sent it.
inline constexpr int kEndsInstance = SIGUSR1;

// Divides this process in two. It returns in the new one, which becomes the instance. The old one
// hands SIGTERM on to it and ends as it does, or when `server`, its parent, has gone; before that
// it kills whatever is left of the instance's descendants, those that went away from it as well.
// False, with errno: it cannot be done.
[[nodiscard]] bool leave_guard(int server);

}  // namespace kennel::compute
