// Words of a command line for a POSIX shell.
#pragma once

#include <string>
#include <string_view>

namespace kennel::base {

// Quoted where it needs it: the shell makes this one word of it, letter for letter.
[[nodiscard]] std::string to_shell_word(std::string_view word);

}  // namespace kennel::base
