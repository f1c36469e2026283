#include "features/adopt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>

#include "features/segment.h"

namespace kennel::features {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;

constexpr std::size_t kNameDigits = 32;
constexpr mode_t kSegmentMode = 0644;

// A file or folder of the job's, opened without following a link.
class Opened {
 public:
  Opened(const base::Path& path, int flags)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags)) {
    if (descriptor_ >= 0 && ::fstat(descriptor_, &status_) != 0) {
      throw base::DiskError("look at", path, errno);
    }
  }
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  [[nodiscard]] bool is_file() const { return descriptor_ >= 0 && S_ISREG(status_.st_mode); }
  [[nodiscard]] bool is_folder() const { return descriptor_ >= 0 && S_ISDIR(status_.st_mode); }
  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(status_.st_size); }
  // Nobody else has a name for it, and it looks as if we had made it.
  [[nodiscard]] bool is_ours_alone() const {
    return status_.st_nlink == 1 && (status_.st_mode & 07777) == kSegmentMode &&
           status_.st_uid == ::geteuid();
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  struct stat status_{};
};

base::Bytes read_all(const Opened& file, const base::Path& path) {
  base::Bytes bytes(file.size());
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = ::pread(file.descriptor(), bytes.data() + filled, bytes.size() - filled,
                             static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw base::DiskError("read", path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
  });
}

bool is_space_name(std::string_view name) { return name.size() == kNameDigits && is_hex(name); }

bool is_segment_name(std::string_view name) {
  return name.size() == kNameDigits + kSegmentExtension.size() &&
         name.ends_with(kSegmentExtension) && is_hex(name.substr(0, kNameDigits));
}

// What a space says that it holds, where its name says the same.
base::Result<SpaceKey> read_key(const base::Path& folder) {
  const base::Path path = folder / kDescription;
  const Opened file(path, 0);
  if (!file.is_file() || file.size() > base::kMiB) {
    return base::fail(ErrorKind::kCorrupt, "it has no space.json");
  }
  const auto key = parse_description(base::as_text(read_all(file, path)));
  if (!key) return base::fail(ErrorKind::kCorrupt, "its space.json is damaged");
  if (space_name(key->digest()) != folder.filename()) {
    return base::fail(ErrorKind::kCorrupt, "its space.json is another space's");
  }
  return *key;
}

base::Result<void> check_row(const TableEntry& entry, base::ByteView row) {
  if (checksum(row) != entry.checksum) {
    return base::fail(ErrorKind::kCorrupt, "a row is damaged");
  }
  for (std::size_t offset = 0; offset < row.size(); offset += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, row.data() + offset, sizeof value);
    if (!std::isfinite(value)) return base::fail(ErrorKind::kCorrupt, "a feature is no number");
  }
  return {};
}

base::Result<void> check_segment(base::ByteView bytes, const SpaceKey& key,
                                 const std::string& name) {
  const auto header = find_header(bytes, key.digest(), key.width);
  if (!header) return base::fail(ErrorKind::kCorrupt, "it is no whole segment of this space");
  const auto table = bytes.subspan(sizeof *header, header->row_count * sizeof(TableEntry));
  if (segment_name(bytes.first(sizeof *header), table) != name) {
    return base::fail(ErrorKind::kCorrupt, "its name is not that of its content");
  }
  const std::size_t row_bytes = static_cast<std::size_t>(key.width) * sizeof(float);
  for (std::size_t row = 0; row < header->row_count; ++row) {
    TableEntry entry;
    std::memcpy(&entry, table.data() + row * sizeof entry, sizeof entry);
    const auto offset = rows_offset(header->row_count) + row * row_bytes;
    KENNEL_TRY_VOID(check_row(entry, bytes.subspan(offset, row_bytes)));
  }
  return {};
}

// One adoption from start to end.
class Adoption {
 public:
  Adoption(base::Disk& disk, base::Path cache_root, const AdoptOptions& options)
      : disk_(disk), cache_root_(std::move(cache_root)), options_(options) {}

  Adopted run(const base::Path& from) {
    if (Opened(from, 0).is_folder()) {
      for (const auto& name : disk_.list(from)) take_space(from / name);
    }
    return std::move(adopted_);
  }

 private:
  void take_space(const base::Path& folder) {
    const std::string name = folder.filename().string();
    if (!is_space_name(name) || !Opened(folder, 0).is_folder()) {
      return refuse(name, "it is no space of a feature cache");
    }
    const auto files = disk_.list(folder);
    if (files.empty()) return;  // it was looked into
    // A job that works on a view of the cache adds segments to the spaces that are there.
    const bool describes = std::ranges::find(files, kDescription) != files.end();
    const auto key = read_key(describes ? folder : cache_root_ / name);
    if (!key) return refuse(name, key.error().message);
    for (const auto& file : files) {
      if (file == kDescription) continue;
      if (const auto taken = take_segment(folder / file, *key); !taken) {
        refuse(fmt::format("{}/{}", name, file), taken.error().message);
      }
    }
  }

  base::Result<void> take_segment(const base::Path& path, const SpaceKey& key) {
    const std::string name = path.filename().string();
    if (!is_segment_name(name)) {
      return base::fail(ErrorKind::kCorrupt, "it is not named like a segment");
    }
    const Opened file(path, 0);
    if (!file.is_file()) return base::fail(ErrorKind::kCorrupt, "it is no regular file");
    KENNEL_TRY_VOID(count(file.size()));
    const auto bytes = read_all(file, path);
    KENNEL_TRY_VOID(check_segment(bytes, key, name));
    const base::Path to = open_space(key) / name;
    if (is_whole(to, key)) {
      ++adopted_.known;
      return {};
    }
    place(file, path, to, bytes);
    ++adopted_.segments;
    adopted_.bytes += bytes.size();
    return {};
  }

  base::Result<void> count(std::uint64_t bytes) {
    if (bytes > options_.segment_bytes_max) {
      return base::fail(
          ErrorKind::kTooLarge,
          fmt::format("it is larger than {}", base::to_human_size(options_.segment_bytes_max)));
    }
    if (++files_ > options_.files_max || bytes > options_.total_bytes_max - total_bytes_) {
      return base::fail(ErrorKind::kTooLarge, "there is more than one job may bring");
    }
    total_bytes_ += bytes;
    return {};
  }

  base::Path open_space(const SpaceKey& key) {
    base::Path folder = cache_root_ / space_name(key.digest());
    if (!fs::exists(folder / kDescription)) {
      disk_.make_folders(folder);
      base::write_atomically(disk_, folder / kDescription, describe(key));
    }
    return folder;
  }

  static bool is_whole(const base::Path& segment, const SpaceKey& key) {
    const Opened file(segment, 0);
    if (!file.is_file()) return false;
    return check_segment(read_all(file, segment), key, segment.filename().string()).has_value();
  }

  // The file itself where it can have a second name there, else a copy.
  void place(const Opened& file, const base::Path& from, const base::Path& to,
             base::ByteView bytes) {
    if (file.is_ours_alone()) {
      if (::fsync(file.descriptor()) != 0) throw base::DiskError("sync", from, errno);
      if (disk_.link(from, to)) return disk_.sync_folder(to.parent_path());
    }
    base::write_atomically(disk_, to, bytes);
  }

  void refuse(std::string_view what, std::string_view why) {
    adopted_.refused.push_back(fmt::format("{}: {}", what, why));
  }

  base::Disk& disk_;
  base::Path cache_root_;
  const AdoptOptions& options_;
  std::size_t files_ = 0;
  std::uint64_t total_bytes_ = 0;
  Adopted adopted_;
};

}  // namespace

Adopted adopt_segments(base::Disk& disk, const base::Path& from, const base::Path& cache_root,
                       const AdoptOptions& options) {
  return Adoption(disk, cache_root, options).run(from);
}

}  // namespace kennel::features
