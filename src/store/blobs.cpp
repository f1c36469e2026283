#include "store/blobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/secure_random.h"

namespace kennel::store {
namespace {

using base::Result;

constexpr const char* kBlobs = "blobs";
constexpr const char* kHolders = "blob_holders";
constexpr const char* kGarbage = "blob_garbage";
constexpr int kAttemptsMax = 100;
constexpr std::size_t kRunBytes = 6;
constexpr std::size_t kUniqueBytes = 6;

std::string key_of(const base::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

base::Digest digest_of(std::string_view key) {
  base::Digest digest;
  base::check(key.size() == digest.bytes.size(), "a blob's key is its digest");
  std::ranges::copy(key, digest.bytes.begin());
  return digest;
}

std::string holder_key(const base::Digest& digest, const Holder& holder) {
  return key_of(digest) + fmt::format("{}{:08x}", holder.id, holder.slot);
}

Change expect_blob(const base::Digest& digest) {
  return {kBlobs, key_of(digest), {}, kAnyVersion, ChangeKind::kExpect};
}

}  // namespace

StagedBlob::StagedBlob(StagedBlob&& other) noexcept
    : blobs_(std::exchange(other.blobs_, nullptr)), row_(std::move(other.row_)) {}

StagedBlob& StagedBlob::operator=(StagedBlob&& other) noexcept {
  if (this == &other) return *this;
  drop();
  blobs_ = std::exchange(other.blobs_, nullptr);
  row_ = std::move(other.row_);
  return *this;
}

StagedBlob::~StagedBlob() { drop(); }

void StagedBlob::drop() noexcept {
  if (Blobs* blobs = std::exchange(blobs_, nullptr)) blobs->remove_file(row_.file);
}

BlobPin::BlobPin(Blobs& blobs, std::vector<base::Digest> digests)
    : blobs_(&blobs), digests_(std::move(digests)) {
  const std::lock_guard lock(blobs_->mutex_);
  for (const base::Digest& digest : digests_) ++blobs_->pinned_[digest];
}

BlobPin::BlobPin(BlobPin&& other) noexcept
    : blobs_(std::exchange(other.blobs_, nullptr)), digests_(std::move(other.digests_)) {}

BlobPin& BlobPin::operator=(BlobPin&& other) noexcept {
  std::swap(blobs_, other.blobs_);
  std::swap(digests_, other.digests_);
  return *this;
}

BlobPin::~BlobPin() {
  if (blobs_ == nullptr) return;
  const std::lock_guard lock(blobs_->mutex_);
  for (const base::Digest& digest : digests_) {
    const auto found = blobs_->pinned_.find(digest);
    if (--found->second == 0) blobs_->pinned_.erase(found);
  }
}

Blobs::Blobs(Records& records, base::Disk& disk, base::Path folder, ReadOnly)
    : records_(records),
      disk_(disk),
      folder_(std::move(folder)),
      run_(base::to_hex(base::secure_bytes(kRunBytes))) {}

Blobs::Blobs(Records& records, base::Disk& disk, base::Path folder)
    : Blobs(records, disk, std::move(folder), ReadOnly{}) {
  disk_.make_folders(blobs_folder());
  disk_.make_folders(staging_folder());
  for (const std::string& name : disk_.list(staging_folder())) {
    disk_.remove(staging_folder() / name);
  }
  disk_.sync_folder(folder_);
}

Blobs::~Blobs() = default;

// The folders are made as they are needed, each durable before a file lies in it.
void Blobs::make_folder_of(const base::Digest& digest) {
  bool& made = made_[digest.bytes[0]];
  const std::lock_guard lock(mutex_);
  if (made) return;
  disk_.make_folders(blobs_folder() / digest.hex().substr(0, 2));
  disk_.sync_folder(blobs_folder());
  made = true;
}

Changes Blobs::hold(const base::Digest& digest, const Holder& holder) {
  return {expect_blob(digest), {kHolders, holder_key(digest, holder), ""}};
}

Changes Blobs::release(const base::Digest& digest, const Holder& holder) {
  return {{kHolders, holder_key(digest, holder)}, {kGarbage, key_of(digest), ""}};
}

std::optional<BlobRow> Blobs::find(const base::Digest& digest) const {
  const auto record = records_.find(kBlobs, key_of(digest));
  if (!record) return std::nullopt;
  return blob_row_from_record(digest, record->value);
}

std::vector<BlobRow> Blobs::list(const std::optional<base::Digest>& after,
                                 std::size_t limit) const {
  std::vector<BlobRow> rows;
  const ScanRange range{.after = after ? key_of(*after) : std::string(), .limit = limit};
  for (const Record& record : records_.scan(kBlobs, range)) {
    rows.push_back(blob_row_from_record(digest_of(record.key), record.value));
  }
  return rows;
}

bool Blobs::is_held(const base::Digest& digest) const {
  return !records_.scan(kHolders, {.prefix = key_of(digest), .limit = 1}).empty();
}

bool Blobs::is_held(const base::Digest& digest, const Holder& holder) const {
  return records_.find(kHolders, holder_key(digest, holder)).has_value();
}

Result<BlobFile> Blobs::open(const base::Digest& digest) const {
  auto row = find(digest);
  if (!row) {
    return base::fail(base::ErrorKind::kCorrupt,
                      fmt::format("there is no record of the blob {}", digest.hex()));
  }
  return BlobFile::open(disk_, blobs_folder(), *std::move(row));
}

BlobPin Blobs::pin(std::vector<base::Digest> digests) { return {*this, std::move(digests)}; }

bool Blobs::is_pinned(const base::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  return pinned_.contains(digest);
}

Result<void> Blobs::place(const base::Digest& digest, const base::Path& path) const {
  KENNEL_TRY(BlobFile blob, open(digest));
  const auto linked = disk_.link(blobs_folder() / blob.row().file, path);
  if (linked) return {};
  const auto file = disk_.create(path);
  for (std::uint64_t at = 0; at < blob.size();) {
    KENNEL_TRY(const base::ByteView bytes, blob.read(at));
    file->append(bytes);
    at += bytes.size();
  }
  return {};
}

// Content that came before is believed only if it can still be read: whoever writes a damaged blob
// anew mends it.
bool Blobs::is_sound(const BlobRow& row) const {
  try {
    auto file = BlobFile::open(disk_, blobs_folder(), row);
    return file && file->verify();
  } catch (const base::DiskError&) {
    return false;  // a bad sector
  }
}

// One attempt at a commit: its changes, and what becomes of the files once it holds.
struct Blobs::Arranged {
  Changes changes;
  std::vector<StagedBlob*> named;                             // their files are in records then
  std::vector<std::string> superseded;                        // files that no record names any more
  std::map<base::Digest, std::optional<std::uint64_t>> seen;  // versions of the blobs' records
};

void Blobs::arrange(const Arrival& arrival, Arranged& arranged) const {
  StagedBlob& staged = *arrival.staged;
  const std::string key = key_of(staged.digest());
  arranged.changes.push_back({kHolders, holder_key(staged.digest(), arrival.holder), ""});
  if (arranged.seen.contains(staged.digest())) return;
  const auto record = records_.find(kBlobs, key);
  auto& version = arranged.seen[staged.digest()];
  if (record) version = record->version;
  if (record) {
    const BlobRow row = blob_row_from_record(staged.digest(), record->value);
    if (is_sound(row)) {
      arranged.changes.push_back(expect_blob(staged.digest()));
      return;
    }
    arranged.superseded.push_back(row.file);
  }
  arranged.changes.push_back(
      {kBlobs, key, to_record(staged.row_), record ? record->version : std::uint64_t{0}});
  arranged.named.push_back(&staged);
}

Result<void> Blobs::commit_arranged(Arranged& arranged) {
  const auto keep_files = [&arranged] {
    for (StagedBlob* staged : arranged.named) staged->blobs_ = nullptr;
  };
  try {
    const Result<void> committed = records_.commit(std::move(arranged.changes));
    if (committed) keep_files();
    return committed;
  } catch (...) {
    // Whoever opens the records next may find that it held after all.
    keep_files();
    throw;
  }
}

Result<void> Blobs::commit(const Changes& changes, std::span<const Arrival> arrivals) {
  for (int attempt = 1;; ++attempt) {
    Arranged arranged{.changes = changes};
    for (const Arrival& arrival : arrivals) arrange(arrival, arranged);
    Result<void> committed = commit_arranged(arranged);
    if (committed) {
      for (const std::string& file : arranged.superseded) remove_file(file);
      return {};
    }
    const bool others_came_first = std::ranges::any_of(arranged.seen, [this](const auto& entry) {
      const auto record = records_.find(kBlobs, key_of(entry.first));
      return (record ? std::optional(record->version) : std::nullopt) != entry.second;
    });
    const bool again = committed.error().kind == base::ErrorKind::kConflict && others_came_first;
    if (!again || attempt == kAttemptsMax) return committed;
  }
}

void Blobs::remove_file(const std::string& file) noexcept {
  try {
    disk_.remove(blobs_folder() / file);
  } catch (const std::exception&) {
    // No record names it: the next start finds it among the orphans.
  }
}

// False: the note stays, since somebody reads the blob or released it once more meanwhile.
bool Blobs::collect_one(const Record& garbage, Collected& collected) {
  const base::Digest digest = digest_of(garbage.key);
  if (is_pinned(digest)) return false;
  const Change forget{kGarbage, garbage.key, std::nullopt, garbage.version};
  const auto record = records_.find(kBlobs, garbage.key);
  if (is_held(digest) || !record) return records_.commit({forget}).has_value();
  const BlobRow row = blob_row_from_record(digest, record->value);
  const auto removed = records_.commit({forget,
                                        {kBlobs, garbage.key, std::nullopt, record->version},
                                        {kHolders, garbage.key, {}, {}, ChangeKind::kExpectNone}});
  if (!removed) return false;
  remove_file(row.file);
  ++collected.blobs;
  collected.bytes += row.size;
  return true;
}

Collected Blobs::collect(std::size_t limit) {
  Collected collected;
  const auto found = records_.scan(kGarbage, {.limit = limit});
  bool any = false;
  for (const Record& garbage : found) any |= collect_one(garbage, collected);
  collected.more = found.size() == limit && any;
  return collected;
}

std::string Blobs::make_unique_id() const {
  return run_ + base::to_hex(base::secure_bytes(kUniqueBytes));
}

std::vector<std::string> Blobs::folders() const { return disk_.list(blobs_folder()); }

std::vector<std::string> Blobs::files_in(const std::string& folder) const {
  std::vector<std::string> files = disk_.list(blobs_folder() / folder);
  for (std::string& file : files) file = fmt::format("{}/{}", folder, file);
  return files;
}

std::vector<std::string> Blobs::blob_files() const {
  std::vector<std::string> files;
  for (const std::string& folder : folders()) {
    for (std::string& file : files_in(folder)) files.push_back(std::move(file));
  }
  return files;
}

// "ab/ab12...-00ff..." names its digest: the record tells whether it names the file.
std::vector<std::string> Blobs::find_orphans(const std::vector<std::string>& files) const {
  std::vector<std::string> orphans;
  for (const std::string& file : files) {
    const std::string name = file.substr(file.find('/') + 1);
    if (name.find("-" + run_) != std::string::npos) continue;
    const auto bytes = base::from_hex(std::string_view(name).substr(0, name.find('-')));
    const bool named = bytes && bytes->size() == sizeof(base::Digest);
    const auto row = named ? find(digest_of(base::as_text(*bytes))) : std::nullopt;
    if (!row || row->file != file) orphans.push_back(file);
  }
  return orphans;
}

void Blobs::remove_orphans(const std::vector<std::string>& files) {
  for (const std::string& file : find_orphans(files)) remove_file(file);
}

}  // namespace kennel::store
