#include "objects/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "base/parallel.h"
#include "objects/collections.h"
#include "objects/cursor.h"
#include "objects/object.h"

namespace kennel::objects {
namespace {

using store::BlobFile;
using store::BlobRow;

constexpr std::size_t kRecordsTogether = 500;
constexpr std::size_t kBlobsTogether = 256;

struct BlobDamage {
  Damage damage;
  std::string text;
  bool is_named = false;  // by a record that was told
};

// A record that names blobs, and how a finding tells of it.
struct Source {
  const char* collection;
  const store::Record& record;
  std::string owner;
  Finding finding;
};

Finding finding_of(const ObjectVersion& version) {
  return {.bucket = version.bucket, .key = version.key, .version_id = version.shown_id()};
}

// What stands before and after the zero byte.
std::pair<std::string_view, std::string_view> split(std::string_view record_key) {
  const std::size_t zero = record_key.find('\0');
  if (zero == std::string_view::npos) return {record_key, {}};
  return {record_key.substr(0, zero), record_key.substr(zero + 1)};
}

class Checker {
 public:
  Checker(const store::Records& records, const store::Blobs& blobs, const CheckOptions& options)
      : records_(records), blobs_(blobs), options_(options) {}

  CheckReport check() {
    look_for_orphans();
    read_blobs();
    walk_versions(kObjects);
    walk_versions(kVersions);
    walk_uploads();
    tell_of_damage_that_nobody_names();
    return std::move(report_);
  }

 private:
  // A folder at a time: the names of all files would fill the memory.
  void look_for_orphans() {
    for (const std::string& folder : blobs_.folders()) {
      const std::vector<std::string> files = blobs_.files_in(folder);
      files_ += files.size();
      std::ranges::copy(blobs_.find_orphans(files), std::back_inserter(report_.orphans));
    }
  }

  void read_blobs() {
    std::optional<base::Digest> after;
    for (;;) {
      const std::vector<BlobRow> rows = blobs_.list(after, kBlobsTogether);
      if (rows.empty()) return;
      base::parallel_for(rows.size(), options_.threads,
                         [&](std::size_t index, int) { read_blob(rows[index]); });
      after = rows.back().digest;
    }
  }

  void read_blob(const BlobRow& row) {
    const bool held = blobs_.is_held(row.digest);
    auto damage = held ? examine(row) : std::nullopt;
    const std::lock_guard lock(mutex_);
    (held ? report_.blobs : report_.garbage_blobs) += 1;
    (held ? report_.bytes : report_.garbage_bytes) += row.size;
    if (damage) damaged_.emplace(row.digest, *std::move(damage));
    const std::size_t done = report_.blobs + report_.garbage_blobs;
    if (options_.progress) options_.progress(done, std::max(done, files_));
  }

  // Beside one who writes, the blob may be collected meanwhile, or written anew.
  [[nodiscard]] std::optional<BlobDamage> examine(BlobRow row) const {
    for (;;) {
      auto damage = find_damage(row);
      auto now = damage ? blobs_.find(row.digest) : std::nullopt;
      if (!now) return std::nullopt;
      if (*now == row) return damage;
      row = *std::move(now);
    }
  }

  [[nodiscard]] std::optional<BlobDamage> find_damage(const BlobRow& row) const {
    try {
      if (!blobs_.disk().open(blobs_.blobs_folder() / row.file)) {
        return BlobDamage{Damage::kMissing, fmt::format("the file blobs/{} is missing", row.file)};
      }
      auto file = BlobFile::open(blobs_.disk(), blobs_.blobs_folder(), row);
      const base::Result<void> sound =
          file ? file->verify() : tl::unexpected(std::move(file).error());
      if (sound) return std::nullopt;
      return BlobDamage{Damage::kCorrupt, sound.error().message};
    } catch (const base::DiskError& error) {
      // A disk that cannot read one file can read others, and which is what was asked.
      return BlobDamage{Damage::kCorrupt, error.what()};
    }
  }

  void walk_versions(const char* collection) {
    Cursor cursor(records_, collection, {}, kRecordsTogether);
    for (; const store::Record* record = cursor.peek(); cursor.advance()) {
      const std::string_view name = split(record->key).first;
      const std::size_t slash = name.find('/');
      ObjectVersion version =
          version_from_record(name.substr(0, slash), name.substr(slash + 1), record->value);
      if (version.is_marker) continue;
      ++report_.objects;
      const Source source{collection, *record, version.owner, finding_of(version)};
      if (add_layout_of(version, source)) check_content(version.content, source);
    }
  }

  [[nodiscard]] bool add_layout_of(ObjectVersion& version, const Source& source) {
    if (!version.content.lies_apart) return true;
    const auto layout = records_.find(kLayouts, version.owner);
    if (layout) add_layout(version.content, layout->value);
    if (!layout) tell(source, Damage::kMissing, "the record of which blobs it lies in is missing");
    return layout.has_value();
  }

  void walk_uploads() {
    Cursor cursor(records_, kUploads, {}, kRecordsTogether);
    for (; const store::Record* record = cursor.peek(); cursor.advance()) {
      const auto [name, id] = split(record->key);
      const std::size_t slash = name.find('/');
      walk_parts({.bucket = std::string(name.substr(0, slash)),
                  .key = std::string(name.substr(slash + 1)),
                  .upload_id = std::string(id)});
    }
  }

  void walk_parts(const Finding& of_upload) {
    const std::string& id = of_upload.upload_id;
    Cursor cursor(records_, kParts, id, kRecordsTogether);
    for (; const store::Record* record = cursor.peek(); cursor.advance()) {
      ++report_.parts;
      Source source{kParts, *record, id, of_upload};
      const std::string& key = record->key;
      std::from_chars(key.data() + id.size(), key.data() + key.size(), source.finding.part);
      check_content(content_from_record(record->value).first, source);
    }
  }

  void check_content(const Content& content, const Source& source) {
    std::uint64_t bytes = 0;
    std::set<base::Digest> told;
    for (const Extent& extent : content.extents) {
      bytes += extent.length;
      if (!told.contains(extent.digest) && !check_extent(extent, source)) {
        told.insert(extent.digest);
      }
    }
    if (bytes == content.size) return;
    tell(source, Damage::kCorrupt,
         fmt::format("its blobs give {} bytes instead of {}", bytes, content.size));
  }

  bool check_extent(const Extent& extent, const Source& source) {
    const auto damaged = damaged_.find(extent.digest);
    if (damaged != damaged_.end()) {
      BlobDamage& damage = damaged->second;
      if (tell(source, damage.damage, damage.text, &extent)) damage.is_named = true;
      return false;
    }
    const auto row = blobs_.find(extent.digest);
    if (!row) {
      tell(source, Damage::kMissing, "there is no record of the blob", &extent);
    } else if (extent.offset + extent.length > row->size) {
      tell(source, Damage::kCorrupt, "it wants more bytes than the blob has", &extent);
    } else if (!blobs_.is_held(extent.digest, {source.owner, extent.slot})) {
      tell(source, Damage::kUnheld, "it names the blob, but does not hold it", &extent);
    } else {
      return true;
    }
    return false;
  }

  // False: the record is not what it was when it was read, so that nothing can be said of it.
  bool tell(const Source& source, Damage damage, std::string text, const Extent* extent = nullptr) {
    const auto now = records_.find(source.collection, source.record.key);
    if (!now || now->version != source.record.version) return false;
    Finding finding = source.finding;
    finding.damage = damage;
    finding.text = std::move(text);
    if (extent != nullptr) finding.blob = extent->digest.hex();
    report_.findings.push_back(std::move(finding));
    return true;
  }

  void tell_of_damage_that_nobody_names() {
    for (auto& [digest, damage] : damaged_) {
      if (damage.is_named || !blobs_.is_held(digest)) continue;
      report_.findings.push_back(
          {.damage = damage.damage, .blob = digest.hex(), .text = std::move(damage.text)});
    }
  }

  const store::Records& records_;
  const store::Blobs& blobs_;
  const CheckOptions& options_;
  std::size_t files_ = 0;
  std::mutex mutex_;                            // while blobs are read
  std::map<base::Digest, BlobDamage> damaged_;  // guarded by mutex_
  CheckReport report_;                          // guarded by mutex_
};

}  // namespace

CheckReport check_objects(const store::Records& records, const store::Blobs& blobs,
                          const CheckOptions& options) {
  return Checker(records, blobs, options).check();
}

}  // namespace kennel::objects
