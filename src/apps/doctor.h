// `kennel doctor`: what this machine lacks for kennel, and how to mend it.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// Exit code 1 where something that is needed is missing.
[[nodiscard]] base::Result<int> run_doctor(const DoctorCommand& command);

}  // namespace kennel::apps
