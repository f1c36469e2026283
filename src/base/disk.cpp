#include "base/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/remove_tree.h"

namespace kennel::base {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int value) : value_(value) {}
  ~FileDescriptor() {
    if (value_ >= 0) ::close(value_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

class PosixFile final : public WritableFile {
 public:
  PosixFile(Path path, mode_t mode)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)) {
    if (descriptor_.get() < 0) throw DiskError("create", path_, errno);
  }

  void append(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw DiskError("write", path_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void begin_sync() override {
    // Advice: where it fails, `sync` will tell.
    (void)::sync_file_range(descriptor_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  }

  void sync() override {
    if (::fdatasync(descriptor_.get()) != 0) throw DiskError("sync", path_, errno);
  }

 private:
  Path path_;
  FileDescriptor descriptor_;
};

class PosixReadableFile final : public ReadableFile {
 public:
  PosixReadableFile(Path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) throw DiskError("look at", path_, errno);
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  [[nodiscard]] std::size_t read(std::uint64_t offset,
                                 std::span<std::uint8_t> into) const override {
    std::size_t filled = 0;
    while (filled < into.size()) {
      const ssize_t got = ::pread(descriptor_.get(), into.data() + filled, into.size() - filled,
                                  static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw DiskError("read", path_, errno);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

 private:
  Path path_;
  FileDescriptor descriptor_;
  std::uint64_t size_ = 0;
};

class FaultyFile final : public WritableFile {
 public:
  FaultyFile(FaultyDisk& disk, Path path, std::unique_ptr<WritableFile> inner)
      : disk_(disk), path_(std::move(path)), inner_(std::move(inner)) {}

  void append(ByteView bytes) override {
    disk_.count("write", path_);
    inner_->append(bytes);
  }
  void begin_sync() override { inner_->begin_sync(); }
  void sync() override {
    disk_.count("sync", path_);
    inner_->sync();
  }

 private:
  FaultyDisk& disk_;
  Path path_;
  std::unique_ptr<WritableFile> inner_;
};

std::string describe(std::string_view action, const Path& path, int error_number) {
  const char* advice = error_number == ENOSPC || error_number == EDQUOT
                           ? "; free some space there and run the same command again"
                           : "";
  return fmt::format("could not {} {}: {}{}", action, path.string(), std::strerror(error_number),
                     advice);
}

// Processes and threads may be writing the same file at the same time; the last rename wins.
std::string unique_suffix() {
  static std::atomic<std::uint64_t> count{0};
  return fmt::format(".{}-{}.part", ::getpid(), count++);
}

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : "."; }

Error open_error(const Path& path) {
  const ErrorKind kind = errno == ENOENT ? ErrorKind::kNotFound : ErrorKind::kInvalid;
  return {kind, fmt::format("cannot read {}: {}", path.string(), std::strerror(errno))};
}

// The size of an open regular file.
Result<std::uint64_t> regular_size(const FileDescriptor& file, const Path& path) {
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return tl::unexpected(open_error(path));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::kInvalid, fmt::format("{} is not a regular file", path.string()));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

DiskError::DiskError(std::string_view action, const Path& path, int error_number)
    : std::runtime_error(describe(action, path, error_number)), error_number_(error_number) {}

std::unique_ptr<WritableFile> PosixDisk::create(const Path& path, Readers readers) {
  return std::make_unique<PosixFile>(path, readers == Readers::kOwner ? 0600 : 0644);
}

Result<std::unique_ptr<ReadableFile>> PosixDisk::open(const Path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return tl::unexpected(open_error(path));
  if (descriptor < 0) throw DiskError("open", path, errno);
  return std::make_unique<PosixReadableFile>(path, descriptor);
}

Result<void> PosixDisk::link(const Path& from, const Path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  const int reason = errno;
  const std::string message = fmt::format("cannot give {} the name {}: {}", from.string(),
                                          to.string(), std::strerror(reason));
  if (reason == ENOENT) return fail(ErrorKind::kNotFound, message);
  if (reason == EMLINK || reason == EXDEV || reason == EEXIST || reason == EPERM) {
    return fail(ErrorKind::kConflict, message);
  }
  throw DiskError("link a file as", to, reason);
}

std::vector<std::string> PosixDisk::list(const Path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw DiskError("list the folder", folder, error.value());
  }
  std::ranges::sort(names);
  return names;
}

void PosixDisk::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw DiskError("rename a new file to", to, errno);
}

void PosixDisk::sync_folder(const Path& folder) {
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) {
    throw DiskError("sync the folder", folder, errno);
  }
}

void PosixDisk::remove(const Path& path) {
  if (const int error = remove_tree(path); error != 0) throw DiskError("remove", path, error);
}

void PosixDisk::make_folders(const Path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw DiskError("make the folder", folder, error.value());
}

FaultyDisk::FaultyDisk(Disk& inner, std::uint64_t failing_operation, int error_number)
    : inner_(inner), failing_operation_(failing_operation), error_number_(error_number) {}

void FaultyDisk::count(std::string_view action, const Path& path) {
  if (operations_++ == failing_operation_) throw DiskError(action, path, error_number_);
}

std::unique_ptr<WritableFile> FaultyDisk::create(const Path& path, Readers readers) {
  count("create", path);
  return std::make_unique<FaultyFile>(*this, path, inner_.create(path, readers));
}

Result<std::unique_ptr<ReadableFile>> FaultyDisk::open(const Path& path) {
  return inner_.open(path);
}

Result<void> FaultyDisk::link(const Path& from, const Path& to) {
  count("link a file as", to);
  return inner_.link(from, to);
}

std::vector<std::string> FaultyDisk::list(const Path& folder) { return inner_.list(folder); }

void FaultyDisk::rename(const Path& from, const Path& to) {
  count("rename a new file to", to);
  inner_.rename(from, to);
}

void FaultyDisk::sync_folder(const Path& folder) {
  count("sync the folder", folder);
  inner_.sync_folder(folder);
}

void FaultyDisk::remove(const Path& path) { inner_.remove(path); }

void FaultyDisk::make_folders(const Path& folder) {
  count("make the folder", folder);
  inner_.make_folders(folder);
}

StagedFile::StagedFile(Disk& disk, Path path, Readers readers)
    : disk_(disk),
      path_(std::move(path)),
      staging_path_(path_.string() + unique_suffix()),
      file_(disk.create(staging_path_, readers)) {}

StagedFile::~StagedFile() {
  if (!file_) return;
  file_.reset();
  try {
    disk_.remove(staging_path_);
  } catch (const DiskError&) {
    // The disk is already broken and its first error is on its way up; the name ends in .part.
  }
}

void StagedFile::commit() {
  file_->sync();
  disk_.rename(staging_path_, path_);
  file_.reset();
  disk_.sync_folder(folder_of(path_));
}

void write_atomically(Disk& disk, const Path& path, ByteView bytes) {
  StagedFile file(disk, path);
  file.append(bytes);
  file.commit();
}

void write_secret(Disk& disk, const Path& path, ByteView bytes) {
  StagedFile file(disk, path, Readers::kOwner);
  file.append(bytes);
  file.commit();
}

Result<Bytes> read_file(const Path& path, std::uint64_t max_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  KENNEL_TRY(const std::uint64_t size, regular_size(file, path));
  if (size > max_bytes) {
    return fail(ErrorKind::kTooLarge, fmt::format("{} is {}, the limit is {}", path.string(),
                                                  to_human_size(size), to_human_size(max_bytes)));
  }
  Bytes bytes(size);
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(open_error(path));
    if (got == 0) break;  // the file shrank meanwhile
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<MappedFile> MappedFile::open(const Path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  KENNEL_TRY(const std::uint64_t size, regular_size(file, path));
  if (size == 0) return MappedFile(ByteView{});
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) throw DiskError("map", path, errno);
  return MappedFile({static_cast<const std::uint8_t*>(address), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, ByteView{})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

}  // namespace kennel::base
