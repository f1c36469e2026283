// How the kernel reaches a Machine.
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

namespace kennel::faults {

// For a session whose user data is a Machine. Says "ok" on the output when a planned loss of power
// has come.
fuse_lowlevel_ops operations();

}  // namespace kennel::faults
