// What every implementation of Records refuses, in the same words. Pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "store/records.h"

namespace kennel::store {

// kTooLarge where a key and its value are beyond kRecordBytesMax.
[[nodiscard]] base::Result<void> check_sizes(const Changes& changes);

// nullopt: there is no such record.
using VersionOf = std::function<std::optional<std::uint64_t>(const Change& change)>;

// Whether some record has a key that begins with the change's.
using HasPrefix = std::function<bool(const Change& change)>;

// kConflict where a record is not at its expected version, or one is there that must not be.
[[nodiscard]] base::Result<void> check_expectations(const Changes& changes,
                                                    const VersionOf& version_of,
                                                    const HasPrefix& has_prefix);

// The smallest key that is greater than all that begin with `prefix`; nullopt: there is none.
[[nodiscard]] std::optional<std::string> end_of_prefix(std::string_view prefix);

// The keys of a range: from `first` on, up to but without `end` (nullopt: to the last).
struct KeyBounds {
  std::string first;
  std::optional<std::string> end;
};
[[nodiscard]] KeyBounds bounds_of(const ScanRange& range);

}  // namespace kennel::store
