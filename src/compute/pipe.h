// A pipe that ends with its scope, and is not inherited. Reading does not block.
#pragma once

namespace kennel::compute {

struct Pipe {
  int read = -1;
  int write = -1;

  // Throws std::system_error.
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write();
};

}  // namespace kennel::compute
