#include "dataset/staged_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace kennel::dataset {
namespace {

constexpr std::string_view kStagingName = ".kennel-part";

// The topmost of `folder` and the folders above it that does not exist.
base::Path find_missing(const base::Path& folder) {
  base::Path missing;
  for (base::Path path = folder; !path.empty() && !std::filesystem::exists(path);
       path = path.parent_path()) {
    missing = path;
  }
  return missing;
}

}  // namespace

StagedFolder::StagedFolder(base::Disk& disk, base::Path folder)
    : disk_(disk),
      folder_(std::move(folder)),
      staging_(folder_ / kStagingName),
      made_(find_missing(folder_)) {
  disk_.remove(staging_);
  try {
    disk_.make_folders(staging_);
  } catch (const base::DiskError&) {
    discard();  // the destructor will not run
    throw;
  }
}

StagedFolder::~StagedFolder() {
  if (!committed_) discard();
}

void StagedFolder::discard() {
  try {
    for (const base::Path& path : moved_) disk_.remove(path);
    disk_.remove(staging_);
    if (!made_.empty()) disk_.remove(made_);
  } catch (const base::DiskError&) {
    // The disk is broken and its first error is on its way up.
  }
}

void StagedFolder::commit(const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    disk_.rename(staging_ / name, folder_ / name);
    moved_.push_back(folder_ / name);
  }
  disk_.remove(staging_);
  disk_.sync_folder(folder_);
  committed_ = true;
}

base::Result<void> check_new_or_empty(const base::Path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return {};
  if (!std::filesystem::is_directory(folder, error)) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("{} is a file: name a new folder", folder.string()));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename() == kStagingName) continue;
    return base::fail(base::ErrorKind::kConflict,
                      fmt::format("{} is not empty ({} is there): name a new or empty folder",
                                  folder.string(), entry.path().filename().string()));
  }
  return {};
}

}  // namespace kennel::dataset
