// What a class may be called: it becomes a line of labels.txt and a JSON string.
#pragma once

#include <string_view>

#include "base/error.h"

namespace kennel::dataset {

// Refuses a name that is not UTF-8 or holds a control character, such as a line break.
[[nodiscard]] base::Result<void> check_class_name(std::string_view name);

}  // namespace kennel::dataset
