// A folder that is filled out of sight and appears under its name when it is whole.
#pragma once

#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::dataset {

// Files are written to `path()`, a hidden folder inside the final one, so that the final one may
// be the current folder or a mount point, and everything stays on one file system. Dropped without
// `commit`, it leaves nothing behind; after a `kill -9` the hidden folder stays, and the next
// StagedFolder there begins by clearing it. One thread, one writer a folder.
class StagedFolder {
 public:
  StagedFolder(base::Disk& disk, base::Path folder);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  [[nodiscard]] const base::Path& path() const { return staging_; }
  // Moves `names` from `path()` into place in this order: once the last one is there, all are.
  void commit(const std::vector<std::string_view>& names);

 private:
  void discard();

  base::Disk& disk_;
  base::Path folder_;
  base::Path staging_;
  base::Path made_;  // the topmost folder that was not there before; empty if all were
  std::vector<base::Path> moved_;
  bool committed_ = false;
};

// kConflict where `folder` holds anything but what a killed writer left, kInvalid for a file.
[[nodiscard]] base::Result<void> check_new_or_empty(const base::Path& folder);

}  // namespace kennel::dataset
