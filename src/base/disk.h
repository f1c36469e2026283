// The file system behind an interface. A broken disk (full, failing, read-only) throws DiskError;
// a file that a user named and that is not there is a Result.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace kennel::base {

using Path = std::filesystem::path;

class DiskError : public std::runtime_error {
 public:
  // `error_number` is an errno value; the message names what was done and to which path.
  DiskError(std::string_view action, const Path& path, int error_number);
  [[nodiscard]] int error_number() const { return error_number_; }

 private:
  int error_number_;
};

// A file being written; nothing is promised to be on disk before `sync`.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual void append(ByteView bytes) = 0;
  // Lets the disk begin with what was appended, so that a later `sync` has less to wait for.
  virtual void begin_sync() {}
  virtual void sync() = 0;
};

// A file being read, at any place; safe from several threads. Stays readable where its name goes.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  // Fills `into` from `offset` on; fewer bytes at the file's end only. Throws DiskError.
  [[nodiscard]] virtual std::size_t read(std::uint64_t offset,
                                         std::span<std::uint8_t> into) const = 0;
};

enum class Readers { kEveryone, kOwner };  // mode 0644, 0600

// Every call is safe from several threads.
class Disk {
 public:
  virtual ~Disk() = default;
  // Makes the file, or empties it.
  [[nodiscard]] virtual std::unique_ptr<WritableFile> create(const Path& path, Readers readers) = 0;
  [[nodiscard]] std::unique_ptr<WritableFile> create(const Path& path) {
    return create(path, Readers::kEveryone);
  }
  // kNotFound: there is no such file; whatever else is wrong throws.
  [[nodiscard]] virtual Result<std::unique_ptr<ReadableFile>> open(const Path& path) = 0;
  virtual void rename(const Path& from, const Path& to) = 0;
  // A second name for a file. kConflict: it cannot have one there (too many names, another file
  // system, the name is taken); kNotFound: there is no such file.
  [[nodiscard]] virtual Result<void> link(const Path& from, const Path& to) = 0;
  // The names in a folder, sorted; none where there is no such folder.
  [[nodiscard]] virtual std::vector<std::string> list(const Path& folder) = 0;
  virtual void sync_folder(const Path& folder) = 0;
  // Missing files and folders are no error; a folder goes with all that is in it.
  virtual void remove(const Path& path) = 0;
  virtual void make_folders(const Path& folder) = 0;
};

class PosixDisk final : public Disk {
 public:
  using Disk::create;
  [[nodiscard]] std::unique_ptr<WritableFile> create(const Path& path, Readers readers) override;
  [[nodiscard]] Result<std::unique_ptr<ReadableFile>> open(const Path& path) override;
  void rename(const Path& from, const Path& to) override;
  [[nodiscard]] Result<void> link(const Path& from, const Path& to) override;
  [[nodiscard]] std::vector<std::string> list(const Path& folder) override;
  void sync_folder(const Path& folder) override;
  void remove(const Path& path) override;
  void make_folders(const Path& folder) override;
};

// Fails one operation, counted from 0 over everything that can fail, with an errno; passes all
// others on. For finding out what a full disk leaves behind.
class FaultyDisk final : public Disk {
 public:
  FaultyDisk(Disk& inner, std::uint64_t failing_operation, int error_number);
  using Disk::create;
  [[nodiscard]] std::unique_ptr<WritableFile> create(const Path& path, Readers readers) override;
  [[nodiscard]] Result<std::unique_ptr<ReadableFile>> open(const Path& path) override;
  void rename(const Path& from, const Path& to) override;
  [[nodiscard]] Result<void> link(const Path& from, const Path& to) override;
  [[nodiscard]] std::vector<std::string> list(const Path& folder) override;
  void sync_folder(const Path& folder) override;
  void remove(const Path& path) override;  // never fails: a full disk can still forget
  void make_folders(const Path& folder) override;

  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  // Counts an operation; throws when its turn has come.
  void count(std::string_view action, const Path& path);

 private:
  Disk& inner_;
  std::uint64_t failing_operation_;
  int error_number_;
  std::atomic<std::uint64_t> operations_{0};
};

// A file that appears whole under its name on `commit`, or not at all: written beside it, synced,
// renamed. Dropped without `commit`, it leaves nothing behind.
class StagedFile {
 public:
  StagedFile(Disk& disk, Path path, Readers readers = Readers::kEveryone);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  void append(ByteView bytes) { file_->append(bytes); }
  void commit();

 private:
  Disk& disk_;
  Path path_;
  Path staging_path_;
  std::unique_ptr<WritableFile> file_;
};

void write_atomically(Disk& disk, const Path& path, ByteView bytes);
inline void write_atomically(Disk& disk, const Path& path, std::string_view text) {
  write_atomically(disk, path, as_bytes(text));
}

// The same, with mode 0600 from the first moment on.
void write_secret(Disk& disk, const Path& path, ByteView bytes);

// The whole file. NotFound, TooLarge (with the limit), Invalid (a folder, say).
[[nodiscard]] Result<Bytes> read_file(const Path& path, std::uint64_t max_bytes);

// A file in memory, read-only; the pages come as they are touched.
class MappedFile {
 public:
  [[nodiscard]] static Result<MappedFile> open(const Path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  [[nodiscard]] ByteView bytes() const { return bytes_; }

 private:
  explicit MappedFile(ByteView bytes) : bytes_(bytes) {}
  ByteView bytes_;
};

}  // namespace kennel::base
