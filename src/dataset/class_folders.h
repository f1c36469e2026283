// The class folders of one split.
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::dataset {

// What was seen and left alone, for one note each at the end.
struct PassedOver {
  std::vector<base::Path> nested;  // folders inside class folders
  std::vector<base::Path> loose;   // files beside class folders
};

struct ClassFolder {
  std::string name;
  std::vector<base::Path> photos;
};

// Sorted by name. kInvalid for a name that cannot be a class's.
[[nodiscard]] base::Result<std::vector<ClassFolder>> read_classes(const base::Path& folder,
                                                                  PassedOver& passed_over);

}  // namespace kennel::dataset
