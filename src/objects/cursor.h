// Goes through the records of one collection that begin with the same prefix, some at a time. One
// thread at a time.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "store/records.h"

namespace kennel::objects {

class Cursor {
 public:
  Cursor(const store::Records& records, std::string collection, std::string prefix,
         std::size_t batch)
      : records_(records),
        collection_(std::move(collection)),
        range_{.prefix = std::move(prefix), .limit = std::clamp<std::size_t>(batch, 1, 1000)} {}

  // Null at the end. Good until the next call of any kind.
  [[nodiscard]] const store::Record* peek() {
    while (next_ == batch_.size()) {
      if (ended_) return nullptr;
      load();
    }
    return &batch_[next_];
  }
  void advance() { ++next_; }
  // On to the first record whose key comes after `key`.
  void skip_past(const std::string& key) {
    while (next_ < batch_.size() && batch_[next_].key <= key) ++next_;
    if (next_ < batch_.size() || ended_) return;
    range_.after = std::max(range_.after, key);
  }

 private:
  void load() {
    batch_ = records_.scan(collection_, range_);
    next_ = 0;
    ended_ = batch_.size() < range_.limit;
    if (!batch_.empty()) range_.after = batch_.back().key;
  }

  const store::Records& records_;
  std::string collection_;
  store::ScanRange range_;
  std::vector<store::Record> batch_;
  std::size_t next_ = 0;
  bool ended_ = false;
};

}  // namespace kennel::objects
