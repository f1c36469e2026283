#include "compute/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kennel::compute {

Pipe::Pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "a pipe");
  }
  read = ends[0];
  write = ends[1];
  (void)::fcntl(read, F_SETFL, O_NONBLOCK);
}

Pipe::~Pipe() {
  close_write();
  ::close(read);
}

void Pipe::close_write() {
  if (write >= 0) ::close(write);
  write = -1;
}

}  // namespace kennel::compute
