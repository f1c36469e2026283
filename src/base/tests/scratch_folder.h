// A folder of a test's own, gone with it.
#pragma once

#include <stdlib.h>

#include <string>

#include "base/disk.h"

namespace kennel::base {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kennel-XXXXXX").string();
    check(mkdtemp(name.data()) != nullptr, "a scratch folder can be made");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const Path& path() const { return path_; }

 private:
  Path path_;
};

}  // namespace kennel::base
