#include "apps/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <vector>

namespace kennel::apps {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;

constexpr int kNumberMax = 10000;
constexpr std::uint64_t kResultsBytesMax = 64 * base::kMiB;

// Files of a training, and of a search.
constexpr std::array kBegun{"checkpoint.pth", "trials.jsonl"};
constexpr std::array kResults{"results.json", "tuning.json"};

bool holds_a_run(const base::Path& folder) {
  const auto is_there = [&](const char* name) {
    std::error_code ignored;
    return fs::exists(folder / name, ignored);
  };
  return std::ranges::any_of(kBegun, is_there) || std::ranges::any_of(kResults, is_there);
}

// An interrupted run has results too, of the best so far.
bool is_finished(const base::Path& folder) {
  return std::ranges::any_of(kResults, [&](const char* name) {
    const auto bytes = base::read_file(folder / name, kResultsBytesMax);
    if (!bytes) return false;
    const auto results = nlohmann::json::parse(bytes->begin(), bytes->end(), nullptr, false);
    const nlohmann::json::json_pointer ending("/ending");
    return results.contains(ending) && results.at(ending) != "interrupted";
  });
}

bool is_empty_or_missing(const base::Path& folder) {
  std::error_code ignored;
  return !fs::exists(folder, ignored) || fs::is_empty(folder, ignored);
}

base::Path numbered(const base::Path& runs, const std::string& name, int number) {
  return runs / fmt::format("{}-{:03}", name, number);
}

base::Result<base::Path> make_next(const base::Path& runs, const std::string& name) {
  std::error_code error;
  fs::create_directories(runs, error);
  for (int number = 1; number < kNumberMax; ++number) {
    auto folder = numbered(runs, name, number);
    if (::mkdir(folder.c_str(), 0755) == 0) return folder;
    if (errno != EEXIST) throw base::DiskError("make the folder", folder, errno);
  }
  return base::fail(
      ErrorKind::kConflict,
      fmt::format("{} is full of runs on {}; name one with --output", runs.string(), name));
}

// The last run on this data that never got to its results, or else the last one of all.
base::Result<base::Path> find_last(const base::Path& runs, const std::string& name) {
  std::optional<base::Path> last;
  std::optional<base::Path> last_unfinished;
  for (int number = 1; number < kNumberMax; ++number) {
    if (!fs::exists(numbered(runs, name, number))) continue;
    last = numbered(runs, name, number);
    if (!is_finished(*last)) last_unfinished = last;
  }
  if (last_unfinished) return *last_unfinished;
  if (last) return *last;
  return base::fail(ErrorKind::kNotFound,
                    fmt::format("there is no run to resume under {}; start one without --resume, "
                                "or name it with --output",
                                runs.string()));
}

}  // namespace

std::string data_name(const base::Path& data) {
  auto normal = fs::absolute(data).lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();
  return normal.filename().empty() ? "photos" : normal.filename().string();
}

base::Result<base::Path> open_run_folder(const RunFolderRequest& request, const base::Path& runs) {
  const std::string name = data_name(request.data);
  if (!request.given) return request.resume ? find_last(runs, name) : make_next(runs, name);
  const base::Path& folder = *request.given;
  if (!request.resume && holds_a_run(folder)) {
    return base::fail(ErrorKind::kConflict,
                      fmt::format("{} holds a run already; add --resume to go on with it, or "
                                  "choose another --output",
                                  folder.string()));
  }
  if (!holds_a_run(folder) && !is_empty_or_missing(folder)) {
    return base::fail(
        ErrorKind::kConflict,
        fmt::format("{} is not empty and holds no run; choose another --output", folder.string()));
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw base::DiskError("make the folder", folder, error.value());
  return folder;
}

base::Result<RunFolderLock> RunFolderLock::take(const base::Path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw base::DiskError("open the folder", folder, errno);
  RunFolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  return base::fail(ErrorKind::kConflict,
                    fmt::format("another kennel is at work in {}; wait for it, or choose another "
                                "--output",
                                folder.string()));
}

RunFolderLock::RunFolderLock(RunFolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunFolderLock::~RunFolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

EmptyFolderRemoval::~EmptyFolderRemoval() {
  // These refuse a folder that is not empty, and leave files and links alone.
  ::rmdir(folder_.c_str());
  if (folder_.parent_path() == runs_) ::rmdir(runs_.c_str());
}

}  // namespace kennel::apps
