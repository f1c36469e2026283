#include "jobs/upload.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <map>
#include <stdexcept>
#include <utility>

#include "base/checksum.h"

namespace kennel::jobs {
namespace {

namespace fs = std::filesystem;

// Each level is a descriptor of ours.
constexpr int kDepthMax = 100;
constexpr std::size_t kPieceBytes = 256 * base::kKiB;
constexpr std::size_t kTogetherBytes = base::kMiB;

// A file or folder of the job's, whatever links it makes meanwhile: they are never followed, so
// that no file of the server's can be had for one of the job's.
class Descriptor {
 public:
  Descriptor(const base::Path& ml, const std::string& below, std::uint64_t flags) {
    const int folder = ::open(ml.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    open_how how{};
    how.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    value_ = static_cast<int>(::syscall(SYS_openat2, folder, below.c_str(), &how, sizeof(how)));
    ::close(folder);
    struct stat status{};
    if (value_ < 0 || ::fstat(value_, &status) != 0) return;
    is_file_ = S_ISREG(status.st_mode);
  }
  explicit Descriptor(const FoundFile& file)
      : Descriptor(file.folder.ml, fmt::format("{}/{}", file.folder.below, file.name), 0) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int value() const { return value_; }
  [[nodiscard]] bool is_file() const { return is_file_; }

 private:
  int value_ = -1;
  bool is_file_ = false;
};

// Gives the first `size` bytes of a regular file to `take`, or as many as there are.
template <class Take>
void read_from(const Descriptor& descriptor, const FoundFile& file, const Take& take) {
  base::Bytes piece(kPieceBytes);
  for (std::uint64_t left = file.size; left > 0;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    const ssize_t got = ::read(descriptor.value(), piece.data(), want);
    if (got < 0)
      throw base::DiskError("read", file.folder.ml / file.folder.below / file.name, errno);
    if (got == 0) break;
    take(base::ByteView(piece.data(), static_cast<std::size_t>(got)));
    left -= static_cast<std::uint64_t>(got);
  }
}

void collect_files(const JobFolder& folder, std::map<std::string, FoundFile>& files) {
  const Descriptor root(folder.ml, folder.below, O_DIRECTORY);
  if (root.value() < 0) return;
  const base::Path path = fmt::format("/proc/self/fd/{}", root.value());
  std::error_code error;
  fs::recursive_directory_iterator entry(path, error);
  for (; !error && entry != fs::end(entry); entry.increment(error)) {
    if (entry.depth() >= kDepthMax) entry.disable_recursion_pending();
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    FoundFile file{.name = entry->path().lexically_relative(path).string(),
                   .folder = folder,
                   .size = static_cast<std::uint64_t>(status.st_size),
                   .modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
    files.try_emplace(file.name, file);
  }
}

}  // namespace

std::vector<FoundFile> find_files(const std::vector<JobFolder>& folders) {
  std::map<std::string, FoundFile> files;
  for (const JobFolder& folder : folders) collect_files(folder, files);
  std::vector<FoundFile> sorted;
  sorted.reserve(files.size());
  for (auto& [name, file] : files) sorted.push_back(std::move(file));
  return sorted;
}

std::optional<std::string> read_foreign(const JobFolder& folder, const std::string& name,
                                        std::uint64_t bytes_max) {
  const FoundFile file{.name = name, .folder = folder, .size = bytes_max};
  const Descriptor descriptor(file);
  if (!descriptor.is_file()) return std::nullopt;
  std::string text;
  read_from(descriptor, file, [&](base::ByteView bytes) { text += base::as_text(bytes); });
  return text;
}

// An object on its way into the store, piece by piece: MD5, the slowest part of it, on a thread of
// its own beside the rest.
class Uploader::Writer {
 public:
  explicit Writer(store::Blobs& blobs) : blobs_(blobs) {}
  ~Writer() {
    if (hashing_.valid()) hashing_.wait();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void append(base::ByteView bytes) {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), kTogetherBytes - piece_.size()));
      piece_.insert(piece_.end(), part.begin(), part.end());
      bytes = bytes.subspan(part.size());
      if (piece_.size() == kTogetherBytes) take_piece();
    }
  }

  objects::NewObject finish() {
    if (!piece_.empty()) take_piece();
    if (hashing_.valid()) hashing_.get();
    objects::NewObject object{.owner = objects::make_owner_id()};
    object.content.size = size_;
    object.content.etag = base::to_hex(md5_.finish());
    object.content.checksum =
        objects::StoredChecksum{"CRC64NVME", "FULL_OBJECT", base::to_base64(checksum_.finish())};
    if (writer_) {
      object.staged = writer_->finish();
      object.content.extents = {{.digest = object.staged->digest(), .length = size_}};
    }
    return object;
  }

 private:
  void take_piece() {
    if (hashing_.valid()) hashing_.get();
    hashed_ = std::exchange(piece_, {});
    piece_.reserve(kTogetherBytes);
    hashing_ = std::async(std::launch::async, [this] { md5_.update(hashed_); });
    if (!writer_) writer_ = blobs_.begin();
    writer_->append(hashed_);
    checksum_.update(hashed_);
    size_ += hashed_.size();
  }

  store::Blobs& blobs_;
  std::unique_ptr<store::BlobWriter> writer_;  // none while there are no bytes
  base::Md5 md5_;
  base::Checksum checksum_{base::ChecksumAlgorithm::kCrc64Nvme};
  std::uint64_t size_ = 0;
  base::Bytes piece_;
  base::Bytes hashed_;  // while `hashing_` goes on
  std::future<void> hashing_;
};

base::Result<void> Uploader::put(const S3Uri& to, Writer& writer, const char* type, TimePoint now) {
  objects::NewObject object = writer.finish();
  object.bucket = to.bucket;
  object.key = to.key;
  object.attributes.headers["ContentType"] = type;
  const auto put = objects_.put(std::move(object), {}, now);
  if (put) return {};
  const bool missing = put.error().problem == objects::Problem::kNoSuchBucket;
  return base::fail(missing ? base::ErrorKind::kNotFound : base::ErrorKind::kConflict,
                    missing ? fmt::format("the bucket {} does not exist", to.bucket)
                            : fmt::format("{} is being changed by others", to.to_string()));
}

base::Result<void> Uploader::put_file(const S3Uri& to, const FoundFile& file, TimePoint now) {
  const Descriptor descriptor(file);
  if (!descriptor.is_file()) return {};
  Writer writer(blobs_);
  read_from(descriptor, file, [&](base::ByteView bytes) { writer.append(bytes); });
  return put(to, writer, "application/octet-stream", now);
}

namespace {

struct ArchiveDeleter {
  void operator()(archive* packed) const { archive_write_free(packed); }
};
struct EntryDeleter {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

void require(archive* packed, int status, const char* what) {
  if (status >= ARCHIVE_WARN) return;
  const char* reason = archive_error_string(packed);
  throw std::runtime_error(fmt::format("{}: {}", what, reason == nullptr ? "?" : reason));
}

void add_file(archive* packed, const FoundFile& file, TimePoint now) {
  const Descriptor descriptor(file);
  if (!descriptor.is_file()) return;
  const std::unique_ptr<archive_entry, EntryDeleter> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), file.name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.size));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_mtime(entry.get(), std::chrono::system_clock::to_time_t(now), 0);
  require(packed, archive_write_header(packed, entry.get()), "an archive's entry");
  read_from(descriptor, file, [&](base::ByteView bytes) {
    if (archive_write_data(packed, bytes.data(), bytes.size()) < 0) {
      require(packed, ARCHIVE_FATAL, "an archive's content");
    }
  });
}

}  // namespace

// Where libarchive's bytes go. No exception may pass through its C code.
struct Uploader::Sink {
  Writer& writer;
  std::exception_ptr broken = {};

  static la_ssize_t take(archive* packed, void* self, const void* bytes, std::size_t size) {
    auto& sink = *static_cast<Sink*>(self);
    try {
      if (!sink.broken) sink.writer.append({static_cast<const std::uint8_t*>(bytes), size});
    } catch (...) {
      sink.broken = std::current_exception();
      archive_set_error(packed, EIO, "the store broke");
    }
    return static_cast<la_ssize_t>(size);
  }
  void rethrow() const {
    if (broken) std::rethrow_exception(broken);
  }
};

base::Result<void> Uploader::put_archive(const S3Uri& to, const std::vector<FoundFile>& files,
                                         TimePoint now) {
  Writer writer(blobs_);
  Sink sink{writer};  // outlives the archive, which writes while it is freed
  const std::unique_ptr<archive, ArchiveDeleter> packed(archive_write_new());
  require(packed.get(), archive_write_set_format_pax_restricted(packed.get()), "tar");
  require(packed.get(), archive_write_add_filter_gzip(packed.get()), "gzip");
  require(packed.get(), archive_write_set_options(packed.get(), "gzip:compression-level=0"),
          "gzip");
  // Nothing behind the stream's end, not even zeros to fill a block.
  require(packed.get(), archive_write_set_bytes_in_last_block(packed.get(), 1), "blocks");
  require(packed.get(), archive_write_open(packed.get(), &sink, nullptr, &Sink::take, nullptr),
          "an archive");
  for (const FoundFile& file : files) {
    add_file(packed.get(), file, now);
    sink.rethrow();
  }
  require(packed.get(), archive_write_close(packed.get()), "an archive's end");
  sink.rethrow();
  return put(to, writer, "application/x-tar", now);
}

}  // namespace kennel::jobs
