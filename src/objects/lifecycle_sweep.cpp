#include "objects/lifecycle_sweep.h"

#include <algorithm>

#include "objects/collections.h"
#include "objects/cursor.h"
#include "objects/lifecycle_document.h"

namespace kennel::objects {

struct LifecycleSweep::Step {
  TimePoint now;
  std::size_t left;  // that may still be looked at
  LifecycleStep result = {};
};

// A bucket's versions from a position on, each with what rules must know of its place.
class LifecycleSweep::VersionWalk {
 public:
  VersionWalk(const store::Records& records, const std::string& bucket, VersionPosition& position,
              std::size_t batch)
      : bucket_(bucket),
        position_(position),
        objects_(records, kObjects, bucket_prefix(bucket), batch),
        aside_(records, kVersions, bucket_prefix(bucket), batch) {
    if (position.key.empty()) return;
    objects_.skip_past(object_key(bucket, position.key));
    aside_.skip_past(versions_prefix(bucket, position.key) + position.id);
  }

  [[nodiscard]] std::optional<std::pair<ObjectVersion, VersionPlace>> next() {
    const auto key = next_key();
    if (!key) return std::nullopt;
    Cursor& cursor = key_at(objects_) == *key ? objects_ : aside_;
    ObjectVersion version = version_from_record(bucket_, *key, cursor.peek()->value);
    cursor.advance();
    const VersionPlace place = place_of(*key);
    const std::size_t noncurrent = place.is_latest ? 0 : place.newer_count + 1;
    position_ = {*key, version.id, version.modified, noncurrent};
    return std::pair(std::move(version), place);
  }

 private:
  [[nodiscard]] std::optional<std::string> key_at(Cursor& cursor) const {
    const store::Record* record = cursor.peek();
    if (record == nullptr) return std::nullopt;
    const std::string_view rest = std::string_view(record->key).substr(bucket_.size() + 1);
    return std::string(rest.substr(0, rest.find('\0')));
  }

  [[nodiscard]] std::optional<std::string> next_key() {
    auto object = key_at(objects_);
    auto other = key_at(aside_);
    if (!object || (other && *other < *object)) return other;
    return object;
  }

  // Of the version that both cursors are past.
  [[nodiscard]] VersionPlace place_of(const std::string& key) {
    VersionPlace place{.is_latest = key != position_.key};
    place.is_alone = place.is_latest && key_at(aside_) != key;
    if (place.is_latest) return place;
    place.noncurrent_since = position_.modified;
    place.newer_count = position_.noncurrent_count;
    return place;
  }

  const std::string& bucket_;
  VersionPosition& position_;
  Cursor objects_;
  Cursor aside_;
};

LifecycleStep LifecycleSweep::step(TimePoint now, std::size_t limit) {
  Step step{.now = now, .left = limit};
  while (step.left > 0) {
    if (!position_) {
      --step.left;
      step.result.finished = !enter_next_bucket();
      if (step.result.finished) break;
    }
    const auto rules = find_rules();
    if (!rules) {
      position_.reset();
      continue;
    }
    if (!position_->versions_done) sweep_versions(*rules, step);
    if (position_->versions_done) sweep_uploads(*rules, step);
  }
  return step.result;
}

// False: there are no more, and the next is the first.
bool LifecycleSweep::enter_next_bucket() {
  const BucketPage page = buckets_.list({}, last_bucket_, 1);
  last_bucket_ = page.buckets.empty() ? std::string() : page.buckets[0].name;
  if (page.buckets.empty()) return false;
  position_ = BucketPosition{.name = last_bucket_};
  return true;
}

std::optional<LifecycleRules> LifecycleSweep::find_rules() const {
  const auto document = buckets_.get_setting(position_->name, kLifecycleSetting);
  if (!document || !*document) return std::nullopt;
  return rules_from_document(**document);
}

void LifecycleSweep::sweep_versions(const LifecycleRules& rules, Step& step) {
  VersionWalk walk(records_, position_->name, position_->version, step.left);
  for (; step.left > 0; --step.left) {
    const auto next = walk.next();
    if (!next) {
      position_->versions_done = true;
      return;
    }
    const auto& [version, place] = *next;
    if (is_due(rules, version, place, step.now)) expire(version, place, step);
  }
}

void LifecycleSweep::expire(const ObjectVersion& version, const VersionPlace& place, Step& step) {
  const bool hides = place.is_latest && !version.is_marker;
  const auto id = hides ? std::nullopt : std::optional(version.shown_id());
  const auto removed =
      objects_.remove(version.bucket, version.key, id, step.now,
                      {.if_modified_at = version.modified, .if_size = version.content.size});
  if (!removed || !removed->found) return;  // it is not what it was any more
  LifecycleStep& result = step.result;
  (hides ? result.expired : place.is_latest ? result.markers : result.versions) += 1;
}

void LifecycleSweep::sweep_uploads(const LifecycleRules& rules, Step& step) {
  if (step.left == 0) return;
  UploadPosition& position = position_->upload;
  const UploadPage page = uploads_.list({.bucket = position_->name,
                                         .after = position.key,
                                         .after_id = position.id,
                                         .limit = std::min<std::size_t>(step.left, 1000)});
  step.left -= page.uploads.size();
  for (const Upload& upload : page.uploads) {
    position = {upload.key, upload.id};
    if (!is_upload_due(rules, upload.key, upload.initiated, step.now)) continue;
    if (uploads_.abort(upload.bucket, upload.key, upload.id)) ++step.result.uploads;
  }
  if (!page.truncated) position_.reset();
}

}  // namespace kennel::objects
