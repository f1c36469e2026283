// What SQLite complains of, as people are told. Behind the room's wall.
#pragma once

#include <SQLiteCpp/Exception.h>

#include <string>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::store {

[[nodiscard]] std::string describe(const base::Path& file, const std::exception& error);

// What a person can mend is a Result; a broken disk is not, and throws StoreError.
[[nodiscard]] base::Result<void> to_open_error(const base::Path& file,
                                               const SQLite::Exception& error);

}  // namespace kennel::store
