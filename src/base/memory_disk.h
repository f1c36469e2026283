// A disk in memory: the twin of PosixDisk for tests of other rooms, and for a server that need not
// remember. It loses its power when told to, and then knows what was synced and nothing else.
//
// What is promised to survive is what POSIX promises: a file's bytes after its `sync`, a name
// (made, renamed, removed) after its folder's `sync_folder`.
#pragma once

#include <map>
#include <mutex>

#include "base/disk.h"

namespace kennel::base {

class MemoryDisk final : public Disk {
 public:
  MemoryDisk();
  ~MemoryDisk() override;

  using Disk::create;
  [[nodiscard]] std::unique_ptr<WritableFile> create(const Path& path, Readers readers) override;
  [[nodiscard]] Result<std::unique_ptr<ReadableFile>> open(const Path& path) override;
  void rename(const Path& from, const Path& to) override;
  [[nodiscard]] Result<void> link(const Path& from, const Path& to) override;
  [[nodiscard]] std::vector<std::string> list(const Path& folder) override;
  void sync_folder(const Path& folder) override;
  void remove(const Path& path) override;
  void make_folders(const Path& folder) override;

  // Files that are open for writing go nowhere from here on.
  void lose_power();
  // Flips one bit of what the file holds, as an old disk would.
  void rot(const Path& path, std::uint64_t offset);

 private:
  struct File;
  class Writer;
  class Reader;
  using Names = std::map<std::string, std::shared_ptr<File>>;  // by the whole path

  [[nodiscard]] std::shared_ptr<File> find(const Path& path) const;

  mutable std::mutex mutex_;
  Names names_;          // guarded by mutex_, as are the files behind it
  Names durable_names_;  // what a loss of power leaves
};

}  // namespace kennel::base
