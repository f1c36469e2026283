// Records: small values under ordered keys in named collections; the truth of every service.
//
// Two implementations pass one contract suite: MemoryRecords, and SqliteRecords for the disk.
// Every call is safe from several threads. A read sees every commit that was acknowledged before.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace kennel::store {

// The disk or the database broke: full, failing, torn. Nothing of the commit in question holds;
// only a process killed before the disk works again may find such a commit after all.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Record {
  std::string key;
  std::string value;
  std::uint64_t version = 0;  // another with every put; one that was never comes again

  bool operator==(const Record&) const = default;
};

// A key and its value together: 64 MiB.
inline constexpr std::size_t kRecordBytesMax = std::size_t{64} << 20U;

enum class ChangeKind {
  kWrite,       // puts the value, or removes the record where there is none
  kExpect,      // writes nothing: only what is expected counts
  kExpectNone,  // writes nothing: no record may have a key that begins with `key`
};

inline constexpr std::uint64_t kAnyVersion = UINT64_MAX;  // must be there, at whatever version

// One record put or removed, as part of a commit. What is expected is expected of the state before
// the commit, whatever its other changes are.
struct Change {
  std::string collection;
  std::string key;
  std::optional<std::string> value = {};               // nullopt removes
  std::optional<std::uint64_t> expected_version = {};  // 0: must be absent; nullopt: whatever
  ChangeKind kind = ChangeKind::kWrite;
};

using Changes = std::vector<Change>;

struct ScanRange {
  std::string prefix;  // keys that begin with this
  std::string after;   // and come after this key; empty: from the first
  std::size_t limit = 1000;
  bool descending = false;  // from the last key; `after` then means before
};

class Records {
 public:
  // Exactly one of: `broken` is set (StoreError), or `result` tells. Called once, from a thread of
  // the store's or from within `submit`; must not block and must not throw.
  using Done = std::function<void(std::exception_ptr broken, base::Result<void> result)>;

  virtual ~Records() = default;
  [[nodiscard]] virtual std::optional<Record> find(std::string_view collection,
                                                   std::string_view key) const = 0;
  // In the order of the keys' bytes.
  [[nodiscard]] virtual std::vector<Record> scan(std::string_view collection,
                                                 const ScanRange& range) const = 0;
  // All of the changes or none; `done` comes once they are durable. kConflict: a record was not at
  // its expected version, and the message names it. kThrottled: too many commits are waiting.
  // kTooLarge: beyond kRecordBytesMax.
  virtual void submit(Changes changes, Done done) = 0;

  // The same, waited for. Throws StoreError. Not on the loop thread.
  [[nodiscard]] base::Result<void> commit(Changes changes);
};

}  // namespace kennel::store
