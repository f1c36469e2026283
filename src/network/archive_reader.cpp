#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "network/archive.h"
#include "network/gunzip.h"
#include "network/legible.h"

namespace kennel::network {
namespace {

using base::ByteView;
using base::ErrorKind;
using base::fail;
using base::Result;
using Files = std::map<std::string, base::Bytes>;

constexpr std::string_view kGzipMagic = "\x1f\x8b";

// Feeds libarchive, and keeps the error that it cannot carry.
struct Source {
  Gunzip gunzip;
  std::optional<base::Error> error;
};

la_ssize_t read_piece(archive* reader, void* context, const void** piece) {
  auto& source = *static_cast<Source*>(context);
  const auto next = source.gunzip.next();
  if (!next) {
    source.error = next.error();
    archive_set_error(reader, EIO, "see Source::error");
    return -1;
  }
  *piece = next->data();
  return static_cast<la_ssize_t>(next->size());
}

// A tar archive being read. zlib unpacks it rather than libarchive, which stops at the tar's end
// and would neither miss the end of a gzip stream nor check its sum.
class TarReader {
 public:
  TarReader(ByteView packed, const ArchiveLimits& limits)
      : source_{Gunzip(packed, limits), std::nullopt},
        reader_(archive_read_new(), archive_read_free) {
    base::check(reader_ != nullptr && archive_read_support_format_tar(reader_.get()) == ARCHIVE_OK,
                "libarchive reads tar");
  }

  Result<void> open() {
    return to_result(archive_read_open(reader_.get(), &source_, nullptr, read_piece, nullptr));
  }

  // The next header; null at the end.
  Result<archive_entry*> next() {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader_.get(), &entry);
    if (status == ARCHIVE_EOF) return nullptr;
    KENNEL_TRY_VOID(to_result(status));
    return entry;
  }

  // The content of the current entry. Grows as bytes come: a header may claim any size.
  Result<base::Bytes> read_content() {
    base::Bytes content;
    for (;;) {
      const void* block = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int status = archive_read_data_block(reader_.get(), &block, &size, &offset);
      if (status == ARCHIVE_EOF) return content;
      KENNEL_TRY_VOID(to_result(status));
      if (offset != static_cast<la_int64_t>(content.size())) {
        return fail(ErrorKind::kInvalid, "a sparse file");
      }
      const auto* first = static_cast<const std::uint8_t*>(block);
      content.insert(content.end(), first, first + size);
    }
  }

  // What comes after the tar's end still counts, and the gzip stream must end whole.
  Result<void> finish() {
    for (;;) {
      KENNEL_TRY(const ByteView piece, source_.gunzip.next());
      if (piece.empty()) return {};
    }
  }

 private:
  // A warning (an odd header, a name that does not convert) is as bad as an error here.
  Result<void> to_result(int status) const {
    if (source_.error) return tl::unexpected(*source_.error);
    if (status == ARCHIVE_OK) return {};
    const char* reason = archive_error_string(reader_.get());
    return fail(ErrorKind::kCorrupt, fmt::format("damaged tar archive: {}",
                                                 legible(reason != nullptr ? reason : "unknown")));
  }

  Source source_;
  std::unique_ptr<archive, int (*)(archive*)> reader_;
};

std::string_view describe_type(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return "a hard link";
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case AE_IFDIR:
      return archive_entry_sparse_count(entry) > 0 ? "a sparse file" : "";
    case AE_IFLNK:
      return "a symbolic link";
    case AE_IFBLK:
    case AE_IFCHR:
      return "a device";
    case AE_IFIFO:
      return "a named pipe";
    case AE_IFSOCK:
      return "a socket";
    default:
      return "of an unknown kind";
  }
}

Result<std::string> get_stated_name(archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  if (name == nullptr || *name == '\0') return fail(ErrorKind::kCorrupt, "an entry has no name");
  return name;
}

// "./a//b" is "a/b"; a folder's "." is "".
Result<std::string> to_plain_name(const std::string& stated) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::kInvalid, fmt::format("refused '{}': {}", legible(stated), why));
  };
  if (stated.starts_with('/')) return refuse("an absolute path");
  if (!is_plain_utf8(stated)) return refuse("a name that is not plain UTF-8");
  std::string plain;
  for (const auto& part : base::Path(stated)) {
    if (part == "..") return refuse("a path that leaves its folder");
    if (part == "." || part.empty()) continue;
    if (!plain.empty()) plain.push_back('/');
    plain.append(part.native());
  }
  return plain;
}

Result<void> add_entry(TarReader& tar, archive_entry* entry, Files& files) {
  KENNEL_TRY(const std::string stated, get_stated_name(entry));
  const std::string_view type = describe_type(entry);
  if (!type.empty()) {
    return fail(ErrorKind::kInvalid,
                fmt::format("refused '{}': {}; an archive may hold regular files and folders only",
                            legible(stated), type));
  }
  KENNEL_TRY(std::string name, to_plain_name(stated));
  if (archive_entry_filetype(entry) == AE_IFDIR) return {};
  if (files.contains(name)) {
    return fail(ErrorKind::kInvalid, fmt::format("two entries called '{}'", legible(name)));
  }
  auto content = tar.read_content();
  if (!content) return base::fail_in(legible(name), content.error());
  files.emplace(std::move(name), *std::move(content));
  return {};
}

}  // namespace

Result<Files> parse_archive(ByteView packed, const ArchiveLimits& limits) {
  if (!base::as_text(packed).starts_with(kGzipMagic)) {
    return fail(ErrorKind::kCorrupt, "it is no gzipped tar, as `kennel train` writes them");
  }
  TarReader tar(packed, limits);
  KENNEL_TRY_VOID(tar.open());
  Files files;
  std::uint64_t entry_count = 0;
  for (;;) {
    KENNEL_TRY(archive_entry * entry, tar.next());
    if (entry == nullptr) break;
    if (++entry_count > limits.entries_max) {
      return fail(ErrorKind::kTooLarge,
                  fmt::format("it has more than {} entries", limits.entries_max));
    }
    KENNEL_TRY_VOID(add_entry(tar, entry, files));
  }
  KENNEL_TRY_VOID(tar.finish());
  return files;
}

Result<Files> read_archive(const base::Path& path, const ArchiveLimits& limits) {
  KENNEL_TRY(const auto file, base::MappedFile::open(path));
  auto files = parse_archive(file.bytes(), limits);
  if (!files) return base::fail_in(path.string(), files.error());
  return files;
}

}  // namespace kennel::network
