#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace kennel::base {

void end_with_bug(std::string_view reason, std::source_location where) {
  std::fprintf(stderr, "kennel: bug at %s:%u (%s): %.*s\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name(),
               static_cast<int>(reason.size()), reason.data());
  std::abort();
}

}  // namespace kennel::base
