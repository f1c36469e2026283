#include "base/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

namespace kennel::base {
namespace {

// Deeper folders are moved up first: each level on the way down is a descriptor.
constexpr int kDepthMax = 20;

struct FolderCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, FolderCloser>;

Folder open_folder(int parent, const char* name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int descriptor = ::openat(parent, name, kFlags);
  // Its owner may always let itself in.
  if (descriptor < 0 && errno == EACCES &&
      ::fchmodat(parent, name, 0700, AT_SYMLINK_NOFOLLOW) == 0) {
    descriptor = ::openat(parent, name, kFlags);
  }
  if (descriptor < 0) return nullptr;
  DIR* folder = ::fdopendir(descriptor);
  if (folder == nullptr) ::close(descriptor);
  return Folder(folder);
}

// Of what could not be unlinked and is no folder either.
int reason_of(int error) { return error == ENOTDIR || error == ELOOP ? EPERM : error; }

class Removal {
 public:
  // 0 or an errno value; `root` is where deep folders go, to be met again.
  int run(int parent, const char* name) {
    do {
      moved_ = false;
      const Folder root = open_folder(parent, name);
      if (!root) return reason_of(errno);
      root_ = ::dirfd(root.get());
      if (const int error = empty(root.get(), 0); error != 0) return error;
    } while (moved_);
    return ::unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : errno;
  }

 private:
  int empty(DIR* folder, int depth) {
    (void)::fchmod(::dirfd(folder), 0700);
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (const int error = remove(::dirfd(folder), entry->d_name, depth); error != 0) return error;
    }
    return 0;
  }

  int remove(int parent, const char* name, int depth) {
    if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;
    if (errno != EISDIR && errno != EPERM) return errno;
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) return 0;
    const Folder folder = open_folder(parent, name);
    if (!folder) return reason_of(errno);
    if (depth == kDepthMax) return move_up(parent, name);
    if (const int error = empty(folder.get(), depth + 1); error != 0) return error;
    return ::unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : errno;
  }

  int move_up(int parent, const char* name) {
    moved_ = true;
    for (;;) {
      const std::string to = fmt::format(".removed-{}", next_++);
      if (::renameat(parent, name, root_, to.c_str()) == 0) return 0;
      const bool taken = errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR;
      if (!taken) return errno;
    }
  }

  int root_ = -1;
  int next_ = 0;
  bool moved_ = false;  // to where it may not be met again in this round
};

}  // namespace

int remove_tree(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return errno;
  return Removal().run(AT_FDCWD, path.c_str());
}

}  // namespace kennel::base
