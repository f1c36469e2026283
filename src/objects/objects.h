// The objects of all buckets, with their versions.
//
// A key's latest version lies in "objects" unless it is a delete marker; every other version lies
// in "versions":
//
//   never versioned   put replaces, remove removes
//   enabled           put and remove (a delete marker) move the latest to "versions"
//   suspended         put and remove make the null version, which replaces the null version
//
// Where the latest version is removed by its id, the one before becomes the latest.
//
// Every change is one commit that holds only while what was read before is still so; where others
// came first it is tried again. Every call is safe from several threads, and blocks on the disk.
// Throws store::StoreError, base::DiskError.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "objects/buckets.h"
#include "objects/content_reader.h"
#include "objects/key_locks.h"
#include "objects/object.h"
#include "objects/problem.h"
#include "store/blobs.h"

namespace kennel::objects {

// An object that is to be: its content lies in `staged` (a single extent, slot 0), or in blobs that
// others hold and `owner` is to hold as well, or that `owner` holds already.
struct NewObject {
  std::string bucket;
  std::string key;
  std::string owner;
  Content content;
  Attributes attributes;
  std::optional<store::StagedBlob> staged;
  bool borrowed = false;  // the extents are still to be held: a copy
};

// What must be so for a write to happen; ETags without quotes.
struct WriteConditions {
  std::optional<std::string> if_match;  // "*": anything
  bool if_none = false;                 // there must be no such object
};

// What must be so for a removal to happen.
struct RemoveConditions {
  std::optional<std::string> if_match;  // "*": anything
  std::optional<TimePoint> if_modified_at;
  std::optional<std::uint64_t> if_size;
};

// What came of a removal.
struct Removed {
  std::string version_id;  // shown; empty: the bucket has no versions
  bool marker = false;     // a delete marker was made, or was what was removed
  bool found = false;      // there was something to remove
};

class Objects {
 public:
  Objects(store::Records& records, store::Blobs& blobs, const Buckets& buckets)
      : records_(records), blobs_(blobs), buckets_(buckets) {}

  // A change that goes with the version that an object becomes.
  using NoteOf = std::function<store::Change(const ObjectVersion& version)>;

  // Puts what is new, with `more` and a note in the same commit. Gives the version that it became.
  [[nodiscard]] Outcome<ObjectVersion> put(NewObject object, const WriteConditions& conditions,
                                           TimePoint now, const store::Changes& more = {},
                                           const NoteOf& note = {});
  // The latest version, or the one with that id as clients know it. kNoSuchKey tells of the delete
  // marker that is the latest version; kIsDeleteMarker.
  [[nodiscard]] Outcome<ObjectVersion> get(std::string_view bucket, std::string_view key,
                                           const std::optional<std::string>& version_id = {}) const;
  // The same, with its content, which stays readable.
  [[nodiscard]] Outcome<std::pair<ObjectVersion, ContentReader>> open(
      std::string_view bucket, std::string_view key,
      const std::optional<std::string>& version_id = {});
  [[nodiscard]] Outcome<Removed> remove(std::string_view bucket, std::string_view key,
                                        const std::optional<std::string>& version_id, TimePoint now,
                                        const RemoveConditions& conditions = {});
  // Changes the attributes of a version in place: its tags.
  [[nodiscard]] Outcome<ObjectVersion> change_attributes(
      std::string_view bucket, std::string_view key, const std::optional<std::string>& version_id,
      const std::function<void(Attributes&)>& change);

  // Reads the extents and parts that lie apart.
  void complete_layout(ObjectVersion& version) const;

 private:
  struct Latest;
  struct Place;
  [[nodiscard]] Latest find_latest(std::string_view bucket, std::string_view key) const;
  [[nodiscard]] std::optional<Place> find_version(std::string_view bucket, std::string_view key,
                                                  std::string_view version_id) const;
  [[nodiscard]] std::optional<Place> find_version_aside(std::string_view bucket,
                                                        std::string_view key,
                                                        std::string_view version_id) const;
  [[nodiscard]] std::optional<Place> find_null_version(std::string_view bucket,
                                                       std::string_view key) const;
  [[nodiscard]] std::optional<Place> newest_aside(std::string_view bucket,
                                                  std::string_view key) const;
  [[nodiscard]] store::Changes release(ObjectVersion version) const;
  [[nodiscard]] store::Changes make_room(const Bucket& bucket, const Latest& latest) const;
  [[nodiscard]] base::Result<void> try_put(const Bucket& bucket, NewObject& object,
                                           const Latest& latest, const ObjectVersion& version,
                                           store::Changes changes);
  [[nodiscard]] Outcome<std::optional<Removed>> try_remove_latest(
      const Bucket& bucket, std::string_view key, TimePoint now,
      const RemoveConditions& conditions);
  [[nodiscard]] Outcome<std::optional<Removed>> try_remove_version(
      const Bucket& bucket, std::string_view key, const std::string& version_id,
      const RemoveConditions& conditions);
  [[nodiscard]] std::unique_lock<std::mutex> lock_where_versioned(const Bucket& bucket,
                                                                  std::string_view key);

  store::Records& records_;
  store::Blobs& blobs_;
  const Buckets& buckets_;
  KeyLocks locks_;
};

}  // namespace kennel::objects
