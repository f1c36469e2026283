#include "objects/objects.h"

#include <algorithm>

#include "objects/collections.h"

namespace kennel::objects {
namespace {

constexpr int kAttemptsMax = 100;

void append(store::Changes& changes, store::Changes more) {
  changes.insert(changes.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
}

std::string version_key(const ObjectVersion& version) {
  return versions_prefix(version.bucket, version.key) + version.id;
}

store::Change put_aside(const ObjectVersion& version) {
  return {kVersions, version_key(version), to_record(version), 0};
}

bool matches(const std::optional<std::string>& etag, const ObjectVersion& version) {
  return !etag || *etag == "*" || *etag == version.content.etag;
}

Outcome<void> check(const WriteConditions& conditions, const std::optional<ObjectVersion>& latest) {
  if (conditions.if_none && latest) {
    return refuse({.problem = Problem::kPreconditionFailed, .message = "If-None-Match"});
  }
  if (conditions.if_match && !latest) return refuse(Problem::kNoSuchKey);
  if (latest && !matches(conditions.if_match, *latest)) {
    return refuse({.problem = Problem::kPreconditionFailed, .message = "If-Match"});
  }
  return {};
}

Outcome<void> check(const RemoveConditions& conditions,
                    const std::optional<ObjectVersion>& version) {
  const bool any = conditions.if_match || conditions.if_modified_at || conditions.if_size;
  if (!any) return {};
  if (!version) return refuse(Problem::kNoSuchKey);
  const auto seconds = [](TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time);
  };
  const bool holds =
      matches(conditions.if_match, *version) &&
      conditions.if_size.value_or(version->content.size) == version->content.size &&
      seconds(conditions.if_modified_at.value_or(version->modified)) == seconds(version->modified);
  if (!holds) return refuse({.problem = Problem::kPreconditionFailed, .message = "If-Match"});
  return {};
}

}  // namespace

// Where a version lies.
struct Objects::Place {
  const char* collection;
  std::string record_key;
  std::uint64_t record_version;
  ObjectVersion version;
};

struct Objects::Latest {
  std::optional<ObjectVersion> object;
  std::uint64_t record_version = 0;     // 0: there is none
  std::optional<ObjectVersion> marker;  // that is the latest instead
  std::uint64_t stamp = 0;
};

std::optional<Objects::Place> Objects::newest_aside(std::string_view bucket,
                                                    std::string_view key) const {
  auto found = records_.scan(kVersions, {.prefix = versions_prefix(bucket, key), .limit = 1});
  if (found.empty()) return std::nullopt;
  return Place{kVersions, found[0].key, found[0].version,
               version_from_record(bucket, key, found[0].value)};
}

Objects::Latest Objects::find_latest(std::string_view bucket, std::string_view key) const {
  for (;;) {
    Latest latest;
    if (const auto record = records_.find(kObjects, object_key(bucket, key))) {
      latest.object = version_from_record(bucket, key, record->value);
      latest.record_version = record->version;
      latest.stamp = stamp_of(latest.object->id);
      return latest;
    }
    auto place = newest_aside(bucket, key);
    if (!place) return latest;
    // Else an object came and moved aside between the two reads.
    if (place->version.is_marker) {
      latest.stamp = stamp_of(place->version.id);
      latest.marker = std::move(place->version);
      return latest;
    }
  }
}

std::optional<Objects::Place> Objects::find_null_version(std::string_view bucket,
                                                         std::string_view key) const {
  std::string after;
  for (;;) {
    const auto found = records_.scan(
        kVersions, {.prefix = versions_prefix(bucket, key), .after = after, .limit = 100});
    for (const store::Record& record : found) {
      ObjectVersion version = version_from_record(bucket, key, record.value);
      if (version.is_null) {
        return Place{kVersions, record.key, record.version, std::move(version)};
      }
    }
    if (found.size() < 100) return std::nullopt;
    after = found.back().key;
  }
}

std::optional<Objects::Place> Objects::find_version_aside(std::string_view bucket,
                                                          std::string_view key,
                                                          std::string_view version_id) const {
  std::string record_key = versions_prefix(bucket, key).append(version_id);
  const auto record = records_.find(kVersions, record_key);
  if (!record) return std::nullopt;
  ObjectVersion version = version_from_record(bucket, key, record->value);
  if (version.is_null) return std::nullopt;
  return Place{kVersions, std::move(record_key), record->version, std::move(version)};
}

std::optional<Objects::Place> Objects::find_version(std::string_view bucket, std::string_view key,
                                                    std::string_view version_id) const {
  const std::string current = object_key(bucket, key);
  auto record = records_.find(kObjects, current);
  for (;;) {
    if (record) {
      ObjectVersion version = version_from_record(bucket, key, record->value);
      if (version.shown_id() == version_id) {
        return Place{kObjects, current, record->version, std::move(version)};
      }
    }
    auto place = version_id == "null" ? find_null_version(bucket, key)
                                      : find_version_aside(bucket, key, version_id);
    if (place) return place;
    // It may have become the object between the two reads.
    auto again = records_.find(kObjects, current);
    if (again == record) return std::nullopt;
    record = std::move(again);
  }
}

void Objects::complete_layout(ObjectVersion& version) const {
  if (!version.content.lies_apart) return;
  const auto record = records_.find(kLayouts, version.owner);
  // Gone with its object, which whoever asked will notice.
  if (record) add_layout(version.content, record->value);
}

store::Changes Objects::release(ObjectVersion version) const {
  store::Changes changes;
  if (version.content.lies_apart) changes.push_back({kLayouts, version.owner});
  complete_layout(version);
  for (const Extent& extent : version.content.extents) {
    append(changes, store::Blobs::release(extent.digest, {version.owner, extent.slot}));
  }
  return changes;
}

// What becomes of the versions that are there when a new one comes.
store::Changes Objects::make_room(const Bucket& bucket, const Latest& latest) const {
  const std::optional<ObjectVersion>& object = latest.object;
  const bool replaces =
      object && (bucket.versioning == Versioning::kNever ||
                 (bucket.versioning == Versioning::kSuspended && object->is_null));
  if (replaces) return release(*object);
  store::Changes changes;
  if (object) changes.push_back(put_aside(*object));
  if (bucket.versioning != Versioning::kSuspended || latest.stamp == 0) return changes;
  const std::string& key = object ? object->key : latest.marker->key;
  if (auto place = find_null_version(bucket.name, key)) {
    changes.push_back({kVersions, place->record_key, std::nullopt, place->record_version});
    if (!place->version.is_marker) append(changes, release(std::move(place->version)));
  }
  return changes;
}

// One process writes: so where a key's versions must stand still together, a lock of ours does.
std::unique_lock<std::mutex> Objects::lock_where_versioned(const Bucket& bucket,
                                                           std::string_view key) {
  if (bucket.versioning == Versioning::kNever) return {};
  return locks_.lock(object_key(bucket.name, key));
}

base::Result<void> Objects::try_put(const Bucket& bucket, NewObject& object, const Latest& latest,
                                    const ObjectVersion& version, store::Changes changes) {
  changes.push_back(expect_unchanged(bucket));
  append(changes, make_room(bucket, latest));
  changes.push_back({kObjects, object_key(version.bucket, version.key), to_record(version),
                     latest.record_version});
  if (has_layout(version.content)) {
    changes.push_back({kLayouts, version.owner, to_layout_record(version.content)});
  }
  if (object.borrowed) {
    for (const Extent& extent : version.content.extents) {
      append(changes, store::Blobs::hold(extent.digest, {version.owner, extent.slot}));
    }
  }
  if (!object.staged || version.content.extents.empty()) return blobs_.commit(changes, {});
  const store::Blobs::Arrival arrival{&*object.staged, {version.owner, 0}};
  return blobs_.commit(changes, {&arrival, 1});
}

Outcome<ObjectVersion> Objects::put(NewObject object, const WriteConditions& conditions,
                                    TimePoint now, const store::Changes& more, const NoteOf& note) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    KENNEL_TRY(const Bucket bucket, buckets_.get(object.bucket));
    const auto lock = lock_where_versioned(bucket, object.key);
    const Latest latest = find_latest(object.bucket, object.key);
    KENNEL_TRY_VOID(check(conditions, latest.object));
    ObjectVersion version{.bucket = object.bucket,
                          .key = object.key,
                          .id = make_version_id(next_stamp(now, latest.stamp)),
                          .is_null = bucket.versioning != Versioning::kEnabled,
                          .modified = now,
                          .owner = object.owner,
                          .content = object.content,
                          .attributes = object.attributes};
    store::Changes changes = more;
    if (note) changes.push_back(note(version));
    const auto committed = try_put(bucket, object, latest, version, std::move(changes));
    if (committed) return version;
    if (committed.error().kind != base::ErrorKind::kConflict) break;
  }
  return refuse(Problem::kTooBusy);
}

Outcome<ObjectVersion> Objects::get(std::string_view bucket, std::string_view key,
                                    const std::optional<std::string>& version_id) const {
  if (version_id) {
    auto place = find_version(bucket, key, *version_id);
    if (!place && !buckets_.find(bucket)) return refuse(Problem::kNoSuchBucket);
    if (!place) return refuse(Problem::kNoSuchVersion);
    if (place->version.is_marker) {
      return refuse({.problem = Problem::kIsDeleteMarker,
                     .version_id = *version_id,
                     .modified = place->version.modified});
    }
    return std::move(place->version);
  }
  Latest latest = find_latest(bucket, key);
  if (latest.object) return *std::move(latest.object);
  if (!buckets_.find(bucket)) return refuse(Problem::kNoSuchBucket);
  if (!latest.marker) return refuse(Problem::kNoSuchKey);
  return refuse({.problem = Problem::kNoSuchKey, .version_id = latest.marker->shown_id()});
}

// The object, once its blobs are pinned and it still is what it was.
std::optional<std::pair<ObjectVersion, ContentReader>> Objects::try_open_object(
    std::string_view bucket, std::string_view key) {
  const std::string record_key = object_key(bucket, key);
  const auto record = records_.find(kObjects, record_key);
  if (!record) return std::nullopt;
  ObjectVersion version = version_from_record(bucket, key, record->value);
  complete_layout(version);
  ContentReader reader(blobs_, version.content.extents);
  const auto again = records_.find(kObjects, record_key);
  if (!again || again->version != record->version) return std::nullopt;
  return std::pair(std::move(version), std::move(reader));
}

Outcome<std::pair<ObjectVersion, ContentReader>> Objects::open(
    std::string_view bucket, std::string_view key, const std::optional<std::string>& version_id) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (!version_id) {
      if (auto opened = try_open_object(bucket, key)) return *std::move(opened);
    }
    KENNEL_TRY(ObjectVersion version, get(bucket, key, version_id));
    complete_layout(version);
    ContentReader reader(blobs_, version.content.extents);
    KENNEL_TRY(const ObjectVersion again, get(bucket, key, version_id));
    if (again.id == version.id && again.owner == version.owner) {
      return std::pair(std::move(version), std::move(reader));
    }
  }
  return refuse(Problem::kTooBusy);
}

Outcome<std::optional<Removed>> Objects::try_remove_latest(const Bucket& bucket,
                                                           std::string_view key, TimePoint now,
                                                           const RemoveConditions& conditions) {
  const auto lock = lock_where_versioned(bucket, key);
  const Latest latest = find_latest(bucket.name, key);
  KENNEL_TRY_VOID(check(conditions, latest.object));
  const bool keeps = bucket.versioning != Versioning::kNever;
  if (!keeps && !latest.object) return Removed{};
  store::Changes changes = make_room(bucket, latest);
  changes.push_back(expect_unchanged(bucket));
  changes.push_back({kObjects, object_key(bucket.name, key), std::nullopt, latest.record_version});
  Removed removed{.marker = keeps, .found = latest.object.has_value()};
  if (keeps) {
    ObjectVersion marker{.bucket = bucket.name, .key = std::string(key)};
    marker.id = make_version_id(next_stamp(now, latest.stamp));
    marker.is_null = bucket.versioning == Versioning::kSuspended;
    marker.is_marker = true;
    marker.modified = now;
    removed.version_id = marker.shown_id();
    changes.push_back(put_aside(marker));
  }
  if (!records_.commit(std::move(changes))) return std::nullopt;
  return removed;
}

Outcome<std::optional<Removed>> Objects::try_remove_version(const Bucket& bucket,
                                                            std::string_view key,
                                                            const std::string& version_id,
                                                            const RemoveConditions& conditions) {
  const auto lock = locks_.lock(object_key(bucket.name, key));
  const auto place = find_version(bucket.name, key, version_id);
  if (!place) return Removed{.version_id = version_id};
  KENNEL_TRY_VOID(check(conditions, place->version));
  store::Changes changes{expect_unchanged(bucket)};
  store::Change forget{place->collection, place->record_key, std::nullopt, place->record_version};
  const std::string current = object_key(bucket.name, key);
  const bool is_object = place->collection == kObjects;
  const auto aside =
      records_.scan(kVersions, {.prefix = versions_prefix(bucket.name, key), .limit = 2});
  // Of those that are left, the newest may become the latest.
  const std::size_t next = is_object ? 0 : 1;
  const bool was_latest =
      is_object || (aside[0].key == place->record_key && !records_.find(kObjects, current));
  if (was_latest && aside.size() > next) {
    const store::Record& candidate = aside[next];
    const bool rises = !version_from_record(bucket.name, key, candidate.value).is_marker;
    if (rises) {
      changes.push_back({kVersions, candidate.key, std::nullopt, candidate.version});
      changes.push_back({kObjects, current, candidate.value,
                         is_object ? place->record_version : std::uint64_t{0}});
    }
    if (!rises || !is_object) changes.push_back(std::move(forget));
  } else {
    changes.push_back(std::move(forget));
  }
  if (!place->version.is_marker) append(changes, release(place->version));
  if (!records_.commit(std::move(changes))) return std::nullopt;
  return Removed{.version_id = version_id, .marker = place->version.is_marker, .found = true};
}

Outcome<Removed> Objects::remove(std::string_view bucket, std::string_view key,
                                 const std::optional<std::string>& version_id, TimePoint now,
                                 const RemoveConditions& conditions) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    KENNEL_TRY(const Bucket found, buckets_.get(bucket));
    KENNEL_TRY(auto removed, version_id ? try_remove_version(found, key, *version_id, conditions)
                                        : try_remove_latest(found, key, now, conditions));
    if (removed) return *std::move(removed);
  }
  return refuse(Problem::kTooBusy);
}

Outcome<ObjectVersion> Objects::change_attributes(std::string_view bucket, std::string_view key,
                                                  const std::optional<std::string>& version_id,
                                                  const std::function<void(Attributes&)>& change) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    KENNEL_TRY(const ObjectVersion seen, get(bucket, key, version_id));
    const auto lock = locks_.lock(object_key(bucket, key));
    auto place = find_version(bucket, key, seen.shown_id());
    if (!place || place->version.id != seen.id) continue;
    change(place->version.attributes);
    const auto committed = records_.commit(
        {{place->collection, place->record_key, to_record(place->version), place->record_version}});
    if (committed) return std::move(place->version);
  }
  return refuse(Problem::kTooBusy);
}

}  // namespace kennel::objects
