#include "compute/disk_use.h"

#include <sys/stat.h>

#include <algorithm>

namespace kennel::compute {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::uint64_t kBlockBytes = 512;  // of st_blocks
constexpr std::chrono::milliseconds kPauseMin{500};
// A folder of a million files takes a while to look through: not more than a tenth of the time.
constexpr int kPausesOfItsLength = 10;

std::uint64_t bytes_in(const base::Path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && entry != fs::end(entry); entry.increment(error)) {
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) == 0) {
      bytes += static_cast<std::uint64_t>(status.st_blocks) * kBlockBytes;
    }
  }
  return bytes;
}

}  // namespace

bool DiskUse::is_over() {
  const auto begin = steady_clock::now();
  if (bytes_max_ == 0 || over_ || begin < next_) return over_;
  std::uint64_t bytes = 0;
  for (const base::Path& folder : folders_) bytes += bytes_in(folder);
  const auto end = steady_clock::now();
  next_ = end + std::max<steady_clock::duration>(kPauseMin, (end - begin) * kPausesOfItsLength);
  over_ = bytes > bytes_max_;
  return over_;
}

}  // namespace kennel::compute
