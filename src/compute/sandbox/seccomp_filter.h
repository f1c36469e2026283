// Which system calls an instance may make: an allow-list, compiled by libseccomp.
#pragma once

namespace kennel::compute {

// A descriptor of the compiled filter, ready to be read by bubblewrap; -1: it could not be made.
[[nodiscard]] int make_seccomp_filter();

}  // namespace kennel::compute
