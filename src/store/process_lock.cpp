#include "store/process_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace kennel::store {
namespace {

std::string holder(int descriptor) {
  std::array<char, 16> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  return got > 0 ? fmt::format(" (process {})",
                               std::string_view(text.data(), static_cast<std::size_t>(got)))
                 : std::string();
}

// For people who look into the file; the lock holds without it.
void write_holder(int descriptor) {
  const std::string text = fmt::format("{}", ::getpid());
  if (::ftruncate(descriptor, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), 0);
}

}  // namespace

base::Result<ProcessLock> ProcessLock::take(const base::Path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return base::fail(base::ErrorKind::kInvalid, fmt::format("cannot make the lock file {}: {}",
                                                             file.string(), std::strerror(errno)));
  }
  ProcessLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return base::fail(base::ErrorKind::kConflict,
                      fmt::format("{} is held by another kennel{}: stop it, or use another folder",
                                  file.string(), holder(descriptor)));
  }
  write_holder(descriptor);
  return lock;
}

ProcessLock::ProcessLock(ProcessLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ProcessLock& ProcessLock::operator=(ProcessLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ProcessLock::~ProcessLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace kennel::store
