#include "file_bytes.h"

#include <algorithm>

namespace kennel::faults {
namespace {

std::size_t pages(std::size_t bytes) {
  return (bytes + FileBytes::kPageSize - 1) / FileBytes::kPageSize;
}

enum class Arrived { kNothing, kEverything, kBeginning, kAnyPages };

}  // namespace

std::string_view FileBytes::read(std::size_t offset, std::size_t length) const {
  return offset < bytes_.size() ? std::string_view(bytes_).substr(offset, length)
                                : std::string_view();
}

bool FileBytes::grows(std::size_t offset, std::size_t length) const {
  return pages(offset + length) > pages(bytes_.size());
}

void FileBytes::write(std::size_t offset, std::string_view bytes) {
  if (offset + bytes.size() > bytes_.size()) resize(offset + bytes.size());
  bytes_.replace(offset, bytes.size(), bytes);
  mark(offset, offset + bytes.size());
}

void FileBytes::resize(std::size_t size) {
  mark(std::min(size, bytes_.size()), std::max(size, bytes_.size()));
  bytes_.resize(size);
}

void FileBytes::mark(std::size_t begin, std::size_t end) {
  for (std::size_t number = begin / kPageSize; number < pages(end); ++number) {
    unsynced_.insert(number);
  }
}

std::string FileBytes::page(const std::string& from, std::size_t number) const {
  std::string bytes =
      number * kPageSize < from.size() ? from.substr(number * kPageSize, kPageSize) : std::string();
  bytes.resize(kPageSize);
  return bytes;
}

void FileBytes::sync() {
  durable_.resize(pages(bytes_.size()) * kPageSize);
  for (const std::size_t number : unsynced_) {
    if (number < pages(bytes_.size())) {
      durable_.replace(number * kPageSize, kPageSize, page(bytes_, number));
    }
  }
  durable_.resize(bytes_.size());
  unsynced_.clear();
}

void FileBytes::lose_power(Chance& chance) {
  const auto arrived = static_cast<Arrived>(chance() % 4);
  const std::size_t beginning = unsynced_.empty() ? 0 : chance() % (unsynced_.size() + 1);
  const auto keeps = [&](std::size_t place) {
    return arrived == Arrived::kEverything ||
           (arrived == Arrived::kBeginning && place < beginning) ||
           (arrived == Arrived::kAnyPages && chance() % 2 == 0);
  };
  // The new size may arrive without the pages: they read as zeros then.
  const bool sized =
      arrived == Arrived::kEverything || (arrived == Arrived::kAnyPages && chance() % 2 == 0);
  std::size_t size = sized ? bytes_.size() : durable_.size();
  durable_.resize(pages(std::max(bytes_.size(), durable_.size())) * kPageSize);
  std::size_t place = 0;
  for (const std::size_t number : unsynced_) {
    if (number >= pages(bytes_.size()) || !keeps(place++)) continue;
    durable_.replace(number * kPageSize, kPageSize, page(bytes_, number));
    size = std::max(size, std::min(bytes_.size(), (number + 1) * kPageSize));
  }
  durable_.resize(size);
  bytes_ = durable_;
  unsynced_.clear();
}

}  // namespace kennel::faults
