// What lies in one folder, sorted bytewise by name.
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::dataset {

struct Listing {
  std::vector<std::string> folders;
  std::vector<std::string> photos;  // every other file: content, not the name, decides later
  std::vector<std::string> others;  // READMEs, tables, sockets: no photos to anybody
};

// Hidden entries are left out. Links are followed; one that leads nowhere counts as a photo, so
// that whoever reads it reports it.
[[nodiscard]] base::Result<Listing> list_folder(const base::Path& folder);

}  // namespace kennel::dataset
