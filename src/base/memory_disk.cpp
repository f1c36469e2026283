#include "base/memory_disk.h"

#include <algorithm>
#include <cerrno>

namespace kennel::base {

struct MemoryDisk::File {
  Bytes bytes;
  Bytes durable;
  bool lost = false;  // the power went while it was open
};

class MemoryDisk::Writer final : public WritableFile {
 public:
  Writer(MemoryDisk& disk, std::shared_ptr<File> file) : disk_(disk), file_(std::move(file)) {}

  void append(ByteView bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    file_->bytes.insert(file_->bytes.end(), bytes.begin(), bytes.end());
  }
  void sync() override {
    const std::lock_guard lock(disk_.mutex_);
    if (!file_->lost) file_->durable = file_->bytes;
  }

 private:
  MemoryDisk& disk_;
  std::shared_ptr<File> file_;
};

class MemoryDisk::Reader final : public ReadableFile {
 public:
  Reader(MemoryDisk& disk, std::shared_ptr<File> file) : disk_(disk), file_(std::move(file)) {}

  [[nodiscard]] std::uint64_t size() const override {
    const std::lock_guard lock(disk_.mutex_);
    return file_->bytes.size();
  }
  [[nodiscard]] std::size_t read(std::uint64_t offset,
                                 std::span<std::uint8_t> into) const override {
    const std::lock_guard lock(disk_.mutex_);
    const Bytes& bytes = file_->bytes;
    if (offset >= bytes.size()) return 0;
    const std::size_t count = std::min<std::size_t>(into.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
    return count;
  }

 private:
  MemoryDisk& disk_;
  std::shared_ptr<File> file_;
};

namespace {

std::string name_of(const Path& path) { return path.lexically_normal().string(); }

bool lies_in(const std::string& name, const Path& folder) {
  return Path(name).parent_path() == folder.lexically_normal();
}

tl::unexpected<Error> no_such_file(const Path& path) {
  return fail(ErrorKind::kNotFound, "there is no file " + path.string());
}

}  // namespace

MemoryDisk::MemoryDisk() = default;
MemoryDisk::~MemoryDisk() = default;

std::shared_ptr<MemoryDisk::File> MemoryDisk::find(const Path& path) const {
  const auto found = names_.find(name_of(path));
  return found == names_.end() ? nullptr : found->second;
}

std::unique_ptr<WritableFile> MemoryDisk::create(const Path& path, Readers) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<File>& file = names_[name_of(path)];
  if (!file) file = std::make_shared<File>();
  file->bytes.clear();
  return std::make_unique<Writer>(*this, file);
}

Result<std::unique_ptr<ReadableFile>> MemoryDisk::open(const Path& path) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<File> file = find(path);
  if (!file) return no_such_file(path);
  return std::make_unique<Reader>(*this, std::move(file));
}

void MemoryDisk::rename(const Path& from, const Path& to) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<File> file = find(from);
  if (!file) throw DiskError("rename a new file to", to, ENOENT);
  names_.erase(name_of(from));
  names_[name_of(to)] = std::move(file);
}

Result<void> MemoryDisk::link(const Path& from, const Path& to) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<File> file = find(from);
  if (!file) return no_such_file(from);
  if (!names_.try_emplace(name_of(to), std::move(file)).second) {
    return fail(ErrorKind::kConflict, "there is a file " + to.string() + " already");
  }
  return {};
}

std::vector<std::string> MemoryDisk::list(const Path& folder) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, file] : names_) {
    const Path below = Path(name).lexically_relative(folder.lexically_normal());
    if (below.empty() || *below.begin() == ".." || *below.begin() == ".") continue;
    if (names.empty() || names.back() != *below.begin()) names.push_back(below.begin()->string());
  }
  return names;
}

void MemoryDisk::sync_folder(const Path& folder) {
  const std::lock_guard lock(mutex_);
  std::erase_if(durable_names_, [&](const auto& entry) {
    return lies_in(entry.first, folder) && !names_.contains(entry.first);
  });
  for (const auto& [name, file] : names_) {
    if (lies_in(name, folder)) durable_names_[name] = file;
  }
}

void MemoryDisk::remove(const Path& path) {
  const std::lock_guard lock(mutex_);
  const std::string name = name_of(path);
  std::erase_if(names_, [&](const auto& entry) {
    return entry.first == name || entry.first.starts_with(name + "/");
  });
}

// Folders are nothing but the beginnings of names, and always there.
void MemoryDisk::make_folders(const Path&) {}

void MemoryDisk::lose_power() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, file] : names_) file->lost = true;
  names_ = durable_names_;
  for (const auto& [name, file] : names_) {
    auto kept = std::make_shared<File>();
    kept->bytes = kept->durable = file->durable;
    durable_names_[name] = kept;
  }
  names_ = durable_names_;
}

void MemoryDisk::rot(const Path& path, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<File> file = find(path);
  check(file && offset < file->bytes.size(), "there is a byte to rot");
  file->bytes[offset] ^= 1U;
}

}  // namespace kennel::base
