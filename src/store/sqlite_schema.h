// The tables, and how older files come to have them. Behind the room's wall.
#pragma once

#include <SQLiteCpp/Database.h>

#include <span>
#include <string_view>

#include "base/error.h"

namespace kennel::store {

// Step n brings a file from version n to n + 1; a step that was released never changes. The first
// makes the table kennel_store (schema, fences) with its one row.
[[nodiscard]] std::span<const char* const> schema_steps();

// Brings the file up to the last step, each step in a transaction of its own. kConflict: the file
// knows more steps than we do, or belongs to another program. Throws SQLite::Exception.
[[nodiscard]] base::Result<void> migrate(SQLite::Database& database,
                                         std::span<const char* const> steps = schema_steps());
// Whether the file is at the last step, as it is. kConflict: it is not; kNotFound: it is empty.
[[nodiscard]] base::Result<void> check_schema(SQLite::Database& database);

}  // namespace kennel::store
