#include <archive.h>
#include <archive_entry.h>

#include <exception>
#include <memory>

#include "network/archive.h"

namespace kennel::network {
namespace {

constexpr int kBlockSize = 1024 * 1024;  // bytes a write; libarchive's default is 10 KiB

// Takes what libarchive packs. An exception must not pass through C: it waits here. Libarchive is
// not told, since it would then forget to free what it holds; it packs on into the void.
struct Sink {
  base::StagedFile file;
  std::exception_ptr failure;
};

la_ssize_t write_block(archive* /*writer*/, void* context, const void* block, std::size_t size) {
  auto& sink = *static_cast<Sink*>(context);
  try {
    if (!sink.failure) sink.file.append({static_cast<const std::uint8_t*>(block), size});
  } catch (...) {
    sink.failure = std::current_exception();
  }
  return static_cast<la_ssize_t>(size);
}

// Writes entries of constant owner, mode and time.
class TarWriter {
 public:
  explicit TarWriter(Sink& sink) : sink_(sink), writer_(archive_write_new(), archive_write_free) {
    archive* writer = writer_.get();
    expect(archive_write_set_format_pax_restricted(writer));
    expect(archive_write_add_filter_gzip(writer));
    expect(archive_write_set_options(writer, "gzip:compression-level=0,gzip:!timestamp"));
    expect(archive_write_set_bytes_per_block(writer, kBlockSize));
    expect(archive_write_set_bytes_in_last_block(writer, 1));  // no padding
    expect(archive_write_open(writer, &sink_, nullptr, write_block, nullptr));
  }

  void add(const ArchiveEntry& entry) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> header(archive_entry_new(),
                                                                          archive_entry_free);
    archive_entry_set_pathname(header.get(), entry.name.c_str());
    archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.bytes.size()));
    archive_entry_set_filetype(header.get(), AE_IFREG);
    archive_entry_set_perm(header.get(), 0644);
    archive_entry_set_mtime(header.get(), 0, 0);
    expect(archive_write_header(writer_.get(), header.get()));
    append(entry.bytes);
  }

  void close() { expect(archive_write_close(writer_.get())); }

 private:
  void append(base::ByteView bytes) {
    while (!bytes.empty()) {
      const la_ssize_t written = archive_write_data(writer_.get(), bytes.data(), bytes.size());
      expect(written > 0 ? ARCHIVE_OK : ARCHIVE_FATAL);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  // Fails for the disk's reasons, or for a bug of ours: there is no third.
  void expect(int status) {
    if (sink_.failure) std::rethrow_exception(sink_.failure);
    if (status == ARCHIVE_OK) return;
    const char* reason = archive_error_string(writer_.get());
    base::check(false, reason != nullptr ? reason : "libarchive writes an archive");
  }

  Sink& sink_;
  std::unique_ptr<archive, int (*)(archive*)> writer_;
};

}  // namespace

void write_archive(base::Disk& disk, const base::Path& path,
                   const std::vector<ArchiveEntry>& entries) {
  Sink sink{base::StagedFile(disk, path), nullptr};
  {
    TarWriter writer(sink);
    for (const ArchiveEntry& entry : entries) writer.add(entry);
    writer.close();
  }
  sink.file.commit();
}

}  // namespace kennel::network
