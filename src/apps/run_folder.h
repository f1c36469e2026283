// Where a run goes: runs/<data set>-001, -002 ...
#pragma once

#include <optional>
#include <string>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::apps {

// What a data set is called after: its folder.
[[nodiscard]] std::string data_name(const base::Path& data);

struct RunFolderRequest {
  base::Path data;
  std::optional<base::Path> given;  // --output
  bool resume = false;
};

// The folder, made. A new run gets the next free number, alone even when two start together.
// kConflict when the given folder holds a run already and it is not to be resumed; kNotFound when
// there is nothing to resume.
[[nodiscard]] base::Result<base::Path> open_run_folder(const RunFolderRequest& request,
                                                       const base::Path& runs);

// One process at a time works in a run's folder; the lock goes with the process, however it ends.
class RunFolderLock {
 public:
  // kConflict while another process holds it.
  [[nodiscard]] static base::Result<RunFolderLock> take(const base::Path& folder);
  RunFolderLock(RunFolderLock&& other) noexcept;
  ~RunFolderLock();

 private:
  explicit RunFolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Takes a run's folder back at its end, and the folder of runs, when nothing came to be in them,
// however the run ended.
class EmptyFolderRemoval {
 public:
  EmptyFolderRemoval(base::Path folder, base::Path runs)
      : folder_(std::move(folder)), runs_(std::move(runs)) {}
  ~EmptyFolderRemoval();
  EmptyFolderRemoval(const EmptyFolderRemoval&) = delete;
  EmptyFolderRemoval& operator=(const EmptyFolderRemoval&) = delete;

 private:
  base::Path folder_;
  base::Path runs_;
};

}  // namespace kennel::apps
