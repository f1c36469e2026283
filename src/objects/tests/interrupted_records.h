// Records in memory between whose reads something else happens.
#pragma once

#include <functional>

#include "store/memory_records.h"

namespace kennel::objects {

class InterruptedRecords final : public store::Records {
 public:
  // Does `what` once, right before the read of `collection` that comes after `reads` others.
  void interrupt(std::string collection, int reads, std::function<void()> what) {
    collection_ = std::move(collection);
    reads_ = reads;
    what_ = std::move(what);
  }

  [[nodiscard]] std::optional<store::Record> find(std::string_view collection,
                                                  std::string_view key) const override {
    count(collection);
    return records_.find(collection, key);
  }
  [[nodiscard]] std::vector<store::Record> scan(std::string_view collection,
                                                const store::ScanRange& range) const override {
    count(collection);
    return records_.scan(collection, range);
  }
  void submit(store::Changes changes, Done done) override {
    records_.submit(std::move(changes), std::move(done));
  }

 private:
  void count(std::string_view collection) const {
    if (!what_ || collection != collection_ || reads_-- > 0) return;
    std::exchange(what_, nullptr)();
  }

  store::MemoryRecords records_;
  std::string collection_;
  mutable int reads_ = 0;
  mutable std::function<void()> what_;
};

}  // namespace kennel::objects
