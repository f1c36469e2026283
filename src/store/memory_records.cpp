#include "store/memory_records.h"

#include <mutex>
#include <utility>

#include "store/change_check.h"

namespace kennel::store {

const MemoryRecords::Entry* MemoryRecords::entry_of(std::string_view collection,
                                                    std::string_view key) const {
  const auto entries = collections_.find(collection);
  if (entries == collections_.end()) return nullptr;
  const auto found = entries->second.find(key);
  return found == entries->second.end() ? nullptr : &found->second;
}

std::optional<Record> MemoryRecords::find(std::string_view collection, std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = entry_of(collection, key);
  if (entry == nullptr) return std::nullopt;
  return Record{std::string(key), entry->value, entry->version};
}

std::vector<Record> MemoryRecords::scan(std::string_view collection, const ScanRange& range) const {
  const KeyBounds bounds = bounds_of(range);
  std::vector<Record> records;
  const auto take = [&](const Collection::value_type& item) {
    records.push_back({item.first, item.second.value, item.second.version});
  };
  const std::shared_lock lock(mutex_);
  const auto entries = collections_.find(collection);
  if (entries == collections_.end()) return records;
  if (bounds.end && *bounds.end <= bounds.first) return records;
  auto low = entries->second.lower_bound(bounds.first);
  auto high = bounds.end ? entries->second.lower_bound(*bounds.end) : entries->second.end();
  while (low != high && records.size() < range.limit) {
    take(range.descending ? *--high : *low++);
  }
  return records;
}

base::Result<void> MemoryRecords::apply(Changes& changes) {
  KENNEL_TRY_VOID(check_sizes(changes));
  const std::unique_lock lock(mutex_);
  const auto version_of = [&](const Change& change) {
    const Entry* entry = entry_of(change.collection, change.key);
    return entry == nullptr ? std::nullopt : std::optional(entry->version);
  };
  const auto has_prefix = [&](const Change& change) {
    const auto entries = collections_.find(change.collection);
    if (entries == collections_.end()) return false;
    const auto first = entries->second.lower_bound(change.key);
    return first != entries->second.end() && first->first.starts_with(change.key);
  };
  KENNEL_TRY_VOID(check_expectations(changes, version_of, has_prefix));
  for (Change& change : changes) {
    if (change.kind != ChangeKind::kWrite) continue;
    Collection& entries = collections_[change.collection];
    if (!change.value) {
      entries.erase(change.key);
      continue;
    }
    Entry& entry = entries[change.key];
    entry.value = *std::move(change.value);
    entry.version = ++last_version_;
  }
  return {};
}

void MemoryRecords::submit(Changes changes, Done done) { done(nullptr, apply(changes)); }

}  // namespace kennel::store
