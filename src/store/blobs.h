// Blobs: immutable content of any size, found by its SHA-256. The bytes lie in files, what is known
// of them in records; a blob is there because a record says so, and for as long as somebody holds
// it.
//
//   begin -> append ... -> finish             a file in staging/, synced, renamed to its place in
//                                             blobs/, the folder synced: whole, and not yet known
//         -> commit(changes, staged)          one commit: the caller's own changes, the blob's
//                                             record, and who holds it
//   release(...) in a later commit            nobody holds it any more: a note for the collector
//   collect                                   removes what nobody holds: first the record, then
//                                             the file
//
// Killed anywhere in between, what remains is a file that no record names, which `remove_orphans`
// finds, never a record whose file is not there. A file's name is its own ("<sha256>-<unique>"):
// what is collected can be written anew meanwhile.
//
// Collections: "blobs" digest -> BlobRow; "blob_holders" digest + holder -> nothing;
// "blob_garbage" digest -> nothing, for the collector to look at.
//
// Every call is safe from several threads, and Blobs outlives all that it gives out. Where the disk
// breaks, DiskError or StoreError.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/disk.h"
#include "store/blob_file.h"
#include "store/records.h"

namespace kennel::store {

// Who holds a blob: 32 letters of its own choice, and a number, for those that hold several.
struct Holder {
  std::string id;
  std::uint32_t slot = 0;
};

class Blobs;

// A blob whose file is in its place and durable, but that no record names yet. Dropped without a
// commit, it takes the file with it.
class StagedBlob {
 public:
  StagedBlob(StagedBlob&& other) noexcept;
  StagedBlob& operator=(StagedBlob&&) noexcept;
  ~StagedBlob();

  [[nodiscard]] const base::Digest& digest() const { return row_.digest; }
  [[nodiscard]] std::uint64_t size() const { return row_.size; }

 private:
  friend class Blobs;
  friend class BlobWriter;
  StagedBlob(Blobs& blobs, BlobRow row) : blobs_(&blobs), row_(std::move(row)) {}
  void drop() noexcept;

  Blobs* blobs_;  // null: moved from, or a record names the file
  BlobRow row_;
};

// Bytes on their way to become a blob. One thread at a time. Dropped, it leaves nothing behind.
class BlobWriter {
 public:
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  void append(base::ByteView bytes);
  // Once.
  [[nodiscard]] StagedBlob finish();

 private:
  friend class Blobs;
  explicit BlobWriter(Blobs& blobs);
  struct State;
  std::unique_ptr<State> state_;
};

// Keeps the blobs of somebody who reads them from being collected.
class BlobPin {
 public:
  BlobPin() = default;
  BlobPin(BlobPin&& other) noexcept;
  BlobPin& operator=(BlobPin&& other) noexcept;
  ~BlobPin();

 private:
  friend class Blobs;
  BlobPin(Blobs& blobs, std::vector<base::Digest> digests);
  Blobs* blobs_ = nullptr;
  std::vector<base::Digest> digests_;
};

struct Collected {
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
  bool more = false;  // there is more to look at
};

class Blobs {
 public:
  // Makes <folder>/blobs and <folder>/staging, and forgets what was being written when the last
  // process ended. `records` and `disk` outlive it.
  Blobs(Records& records, base::Disk& disk, base::Path folder);
  // Of a folder that another process may be writing: nothing is made, nothing removed.
  struct ReadOnly {};
  Blobs(Records& records, base::Disk& disk, base::Path folder, ReadOnly);
  ~Blobs();
  Blobs(const Blobs&) = delete;
  Blobs& operator=(const Blobs&) = delete;

  [[nodiscard]] std::unique_ptr<BlobWriter> begin();

  // What a commit must have in it so that `holder` holds a blob that is there already, or no longer
  // holds it. The first makes the commit a kConflict where the blob is gone.
  [[nodiscard]] static Changes hold(const base::Digest& digest, const Holder& holder);
  [[nodiscard]] static Changes release(const base::Digest& digest, const Holder& holder);

  // A blob that was staged, and who is to hold it.
  struct Arrival {
    StagedBlob* staged;
    Holder holder;
  };
  // All of the changes, with all that arrives, or nothing. kConflict as in Records::submit, of the
  // caller's own changes only: the same content may come from several at once.
  [[nodiscard]] base::Result<void> commit(const Changes& changes,
                                          std::span<const Arrival> arrivals);

  [[nodiscard]] std::optional<BlobRow> find(const base::Digest& digest) const;
  // In the order of their digests, those that come after one.
  [[nodiscard]] std::vector<BlobRow> list(const std::optional<base::Digest>& after,
                                          std::size_t limit) const;
  // Whether anybody holds it, or a certain holder does.
  [[nodiscard]] bool is_held(const base::Digest& digest) const;
  [[nodiscard]] bool is_held(const base::Digest& digest, const Holder& holder) const;
  // kCorrupt: no record, no file, or one of another size.
  [[nodiscard]] base::Result<BlobFile> open(const base::Digest& digest) const;
  // Pins first, and then is to be asked again whether what was to be read is still what it was.
  [[nodiscard]] BlobPin pin(std::vector<base::Digest> digests);
  // The blob's bytes under another name, without copying them where the file system can do that.
  // Whoever gets the name must not be able to write to it.
  [[nodiscard]] base::Result<void> place(const base::Digest& digest, const base::Path& path) const;

  // Looks at up to `limit` blobs that were released.
  [[nodiscard]] Collected collect(std::size_t limit = 1000);
  // The files in blobs/, as their paths below it: of one of its folders, or of all.
  [[nodiscard]] std::vector<std::string> folders() const;
  [[nodiscard]] std::vector<std::string> files_in(const std::string& folder) const;
  [[nodiscard]] std::vector<std::string> blob_files() const;
  // Those that no record names, but for what this process is about to have named.
  [[nodiscard]] std::vector<std::string> find_orphans(const std::vector<std::string>& files) const;
  void remove_orphans(const std::vector<std::string>& files);

  [[nodiscard]] base::Disk& disk() const { return disk_; }
  [[nodiscard]] base::Path blobs_folder() const { return folder_ / "blobs"; }

 private:
  friend class BlobWriter;
  friend class StagedBlob;
  friend class BlobPin;

  struct Arranged;
  [[nodiscard]] base::Path staging_folder() const { return folder_ / "staging"; }
  void make_folder_of(const base::Digest& digest);
  [[nodiscard]] bool is_sound(const BlobRow& row) const;
  void arrange(const Arrival& arrival, Arranged& arranged) const;
  [[nodiscard]] base::Result<void> commit_arranged(Arranged& arranged);
  [[nodiscard]] bool is_pinned(const base::Digest& digest) const;
  bool collect_one(const Record& garbage, Collected& collected);
  void remove_file(const std::string& file) noexcept;

  // Of a file that this process writes; no other process has had it.
  [[nodiscard]] std::string make_unique_id() const;

  Records& records_;
  base::Disk& disk_;
  base::Path folder_;
  const std::string run_;  // begins the unique ids
  mutable std::mutex mutex_;
  std::array<bool, 256> made_{};        // of the folders in blobs/; guarded by mutex_
  std::map<base::Digest, int> pinned_;  // guarded by mutex_
};

}  // namespace kennel::store
