#include "compute/disk_use.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

namespace kennel::compute {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t kBlockBytes = 512;  // of st_blocks
constexpr std::chrono::milliseconds kPauseMin{500};
// A folder of a million files takes a while to look through: not more than a tenth of the time.
constexpr int kPausesOfItsLength = 10;
// Nobody needs more, and each is a descriptor of ours while we look.
constexpr int kDepthMax = 200;

struct FolderCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, FolderCloser>;

// Not through links, and by names alone: a job may make paths longer than any call takes.
Folder open_folder(int parent, const char* name) {
  const int descriptor =
      ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  DIR* folder = ::fdopendir(descriptor);
  if (folder == nullptr) ::close(descriptor);
  return Folder(folder);
}

// Of several names for a file each counts for its part of it.
std::uint64_t bytes_of(const struct stat& status) {
  const auto bytes = static_cast<std::uint64_t>(status.st_blocks) * kBlockBytes;
  return S_ISDIR(status.st_mode) ? bytes : bytes / std::max<std::uint64_t>(status.st_nlink, 1);
}

bool is_no_entry(const char* name) {
  const std::string_view text = name;
  return text == "." || text == "..";
}

// What comes and goes meanwhile counts or does not; the rest is counted.
class Count {
 public:
  void add(int parent, const char* name, int depth) {
    const Folder folder = open_folder(parent, name);
    if (!folder) return;
    too_deep_ |= depth > kDepthMax;
    if (too_deep_) return;
    const int descriptor = ::dirfd(folder.get());
    while (const dirent* entry = ::readdir(folder.get())) {
      struct stat status{};
      if (is_no_entry(entry->d_name) ||
          ::fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        continue;
      }
      bytes_ += bytes_of(status);
      if (S_ISDIR(status.st_mode)) add(descriptor, entry->d_name, depth + 1);
    }
  }
  [[nodiscard]] bool is_over(std::uint64_t bytes_max) const {
    return too_deep_ || bytes_ > bytes_max;
  }

 private:
  std::uint64_t bytes_ = 0;
  bool too_deep_ = false;
};

}  // namespace

bool DiskUse::is_over() {
  const auto begin = steady_clock::now();
  if (bytes_max_ == 0 || over_ || begin < next_) return over_;
  Count count;
  for (const base::Path& folder : folders_) count.add(AT_FDCWD, folder.c_str(), 0);
  const auto end = steady_clock::now();
  next_ = end + std::max<steady_clock::duration>(kPauseMin, (end - begin) * kPausesOfItsLength);
  over_ = count.is_over(bytes_max_);
  return over_;
}

}  // namespace kennel::compute
