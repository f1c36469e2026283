// Records in memory: for tests of other rooms, and for a server that need not remember.
//
// `submit` is done before it returns; nothing ever waits, so nothing is throttled.
#pragma once

#include <map>
#include <shared_mutex>

#include "store/records.h"

namespace kennel::store {

class MemoryRecords final : public Records {
 public:
  [[nodiscard]] std::optional<Record> find(std::string_view collection,
                                           std::string_view key) const override;
  [[nodiscard]] std::vector<Record> scan(std::string_view collection,
                                         const ScanRange& range) const override;
  void submit(Changes changes, Done done) override;

 private:
  struct Entry {
    std::string value;
    std::uint64_t version = 0;
  };
  // std::string compares its chars as unsigned: the order of the bytes.
  using Collection = std::map<std::string, Entry, std::less<>>;

  base::Result<void> apply(Changes& changes);
  [[nodiscard]] const Entry* entry_of(std::string_view collection, std::string_view key) const;

  mutable std::shared_mutex mutex_;
  std::uint64_t last_version_ = 0;
  std::map<std::string, Collection, std::less<>> collections_;
};

}  // namespace kennel::store
