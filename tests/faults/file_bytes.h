// The bytes of a file, and those of them that reached the disk. In pages of 4 KiB, as a kernel
// writes them out.
#pragma once

#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <string_view>

namespace kennel::faults {

using Chance = std::mt19937_64;

class FileBytes {
 public:
  static constexpr std::size_t kPageSize = 4096;

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::string_view read(std::size_t offset, std::size_t length) const;
  // Whether a write there takes room that the file does not have yet.
  [[nodiscard]] bool grows(std::size_t offset, std::size_t length) const;
  void write(std::size_t offset, std::string_view bytes);
  void resize(std::size_t size);

  void sync();
  // What Linux does when writing out fails: the pages count as written, and are not.
  void fail_sync() { unsynced_.clear(); }
  // Of what was not synced, nothing arrived, all of it, its beginning, or any of its pages.
  void lose_power(Chance& chance);

 private:
  void mark(std::size_t begin, std::size_t end);
  [[nodiscard]] std::string page(const std::string& from, std::size_t number) const;

  std::string bytes_;
  std::string durable_;
  std::set<std::size_t> unsynced_;  // numbers of pages
};

}  // namespace kennel::faults
