// Which sub-folder of a data set is which split.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::dataset {

// For messages.
inline constexpr std::string_view kLayouts =
    "DIR/<class>/<photo> or DIR/{train,valid,test}/<class>/<photo>";

// Each split's folder holds class folders. Without splits `train` is the data set's own folder.
struct Layout {
  base::Path train;
  std::optional<base::Path> valid{};
  std::optional<base::Path> test{};
  bool has_splits = false;
  std::vector<base::Path> foreign{};  // folders beside train that are no splits
};

[[nodiscard]] base::Result<Layout> find_layout(const base::Path& folder);

}  // namespace kennel::dataset
