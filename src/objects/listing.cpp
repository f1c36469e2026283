#include "objects/listing.h"

#include <algorithm>
#include <optional>

#include "objects/collections.h"
#include "objects/cursor.h"

namespace kennel::objects {
namespace {

// Greater than every key with a given beginning: no UTF-8 has this byte.
constexpr char kBeyond = '\xff';

// The prefix under which a key is told; nullopt: it is told itself.
std::optional<std::string> group_of(std::string_view key, const ListQuery& query) {
  if (query.delimiter.empty() || !key.starts_with(query.prefix)) return std::nullopt;
  const auto at = key.find(query.delimiter, query.prefix.size());
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, at + query.delimiter.size()));
}

// Where to begin: after a prefix that was told, everything that it stands for is skipped.
std::string start_of(const ListQuery& query) {
  if (query.after.empty()) return {};
  const std::string start = object_key(query.bucket, query.after);
  return group_of(query.after, query) == query.after ? start + kBeyond : start;
}

// Records that are told as one prefix are read in vain.
std::size_t batch_of(const ListQuery& query) {
  constexpr std::size_t kWithDelimiter = 100;
  return query.delimiter.empty() ? query.limit + 1 : std::min(query.limit + 1, kWithDelimiter);
}

// A page that fills with keys and prefixes.
template <class Page>
class Filling {
 public:
  Filling(Page& page, const ListQuery& query) : page_(page), query_(query) {}

  // False, and the page is truncated: it is full.
  [[nodiscard]] bool has_room() {
    if (count_ < query_.limit) return true;
    page_.truncated = query_.limit > 0;
    return false;
  }
  void count(std::string_view last) {
    ++count_;
    page_.last = last;
  }
  void add_prefix(std::string prefix) {
    count(prefix);
    page_.prefixes.push_back(std::move(prefix));
  }

 private:
  Page& page_;
  const ListQuery& query_;
  std::size_t count_ = 0;
};

// The key of a record in "versions": what stands before the zero byte.
std::string_view key_in(const store::Record& record, const ListQuery& query) {
  const std::string_view rest = std::string_view(record.key).substr(query.bucket.size() + 1);
  return rest.substr(0, rest.find('\0'));
}

// Both collections, side by side.
class VersionLister {
 public:
  VersionLister(const store::Records& records, const VersionQuery& query)
      : records_(records),
        query_(query),
        objects_(records, kObjects, object_key(query.bucket, query.prefix), batch_of(query)),
        aside_(records, kVersions, object_key(query.bucket, query.prefix), batch_of(query)),
        filling_(page_, query) {}

  VersionPage list() {
    skip_to_start();
    while (const auto key = next_key()) {
      if (!add_key(*key)) break;
    }
    return std::move(page_);
  }

 private:
  void skip_past(const std::string& key) {
    objects_.skip_past(key);
    aside_.skip_past(key);
  }

  void skip_to_start() {
    const std::string start = start_of(query_);
    if (start.empty()) return;
    if (query_.after_version.empty() || !query_.after.starts_with(query_.prefix) ||
        group_of(query_.after, query_)) {
      // Past all versions of the key: they begin with it and a zero byte.
      objects_.skip_past(start);
      aside_.skip_past(start.back() == kBeyond ? start : start + '\x01');
      return;
    }
    skip_within_key(start);
  }

  // The versions of a key up to the one that was told last. That one may have been removed
  // meanwhile, so that one which is still to be told is the object, or the latest.
  void skip_within_key(const std::string& start) {
    const std::string versions = start + '\0';
    const auto object = records_.find(kObjects, start);
    objects_.skip_past(start);
    aside_.skip_past(versions);
    const store::Record* newest = aside_.peek();
    const std::string newest_key = newest ? newest->key : std::string();
    const std::string told = told_id(object, versions);
    aside_.skip_past(versions + told);
    const store::Record* next = aside_.peek();
    continued_ = query_.after;
    continues_at_latest_ = !object && next && next->key == newest_key;
    if (object && version_of(*object).id > told) (void)add(query_.after, *object, true);
  }

  // Empty where it was the null version, which is gone: better to tell the others once more than
  // to miss one.
  [[nodiscard]] std::string told_id(const std::optional<store::Record>& object,
                                    const std::string& versions) const {
    if (query_.after_version != "null") return query_.after_version;
    if (object && version_of(*object).is_null) return version_of(*object).id;
    Cursor cursor(records_, kVersions, versions, 100);
    for (; const store::Record* record = cursor.peek(); cursor.advance()) {
      if (version_of(*record).is_null) return version_of(*record).id;
    }
    return {};
  }

  [[nodiscard]] ObjectVersion version_of(const store::Record& record) const {
    return version_from_record(query_.bucket, key_in(record, query_), record.value);
  }

  std::optional<std::string> next_key() {
    const store::Record* object = objects_.peek();
    const store::Record* other = aside_.peek();
    if (!object && !other) return std::nullopt;
    if (!other) return std::string(key_in(*object, query_));
    if (!object) return std::string(key_in(*other, query_));
    return std::string(std::min(key_in(*object, query_), key_in(*other, query_)));
  }

  // False: the page is full.
  bool add_key(const std::string& key) {
    if (auto group = group_of(key, query_)) {
      if (!filling_.has_room()) return false;
      skip_past(object_key(query_.bucket, *group) + kBeyond);
      page_.last_version.clear();
      filling_.add_prefix(*std::move(group));
      return true;
    }
    bool latest = continued_ != key || continues_at_latest_;
    std::string object_id;
    if (const store::Record* object = objects_.peek(); object && key_in(*object, query_) == key) {
      if (!add(key, *object, latest)) return false;
      latest = false;
      object_id = page_.versions.back().version.id;
      objects_.advance();
    }
    for (const store::Record* record = aside_.peek(); record && key_in(*record, query_) == key;
         record = aside_.peek()) {
      // The object may have moved aside between the two reads.
      const bool told = !object_id.empty() && record->key.ends_with(object_id);
      if (!told && !add(key, *record, latest)) return false;
      latest = false;
      aside_.advance();
    }
    return true;
  }

  bool add(const std::string& key, const store::Record& record, bool latest) {
    if (!filling_.has_room()) return false;
    filling_.count(key);
    page_.versions.push_back({version_of(record), latest});
    page_.last_version = page_.versions.back().version.shown_id();
    return true;
  }

  const store::Records& records_;
  const VersionQuery& query_;
  Cursor objects_;
  Cursor aside_;
  VersionPage page_;
  Filling<VersionPage> filling_;
  std::optional<std::string> continued_;  // the key whose first versions an earlier page told
  bool continues_at_latest_ = false;
};

}  // namespace

ObjectPage list_objects(const store::Records& records, const ListQuery& query) {
  ObjectPage page;
  Filling<ObjectPage> filling(page, query);
  Cursor cursor(records, kObjects, object_key(query.bucket, query.prefix), batch_of(query));
  if (const std::string start = start_of(query); !start.empty()) cursor.skip_past(start);
  while (const store::Record* record = cursor.peek()) {
    if (!filling.has_room()) break;
    const std::string_view key = std::string_view(record->key).substr(query.bucket.size() + 1);
    if (auto group = group_of(key, query)) {
      cursor.skip_past(object_key(query.bucket, *group) + kBeyond);
      filling.add_prefix(*std::move(group));
      continue;
    }
    filling.count(key);
    page.objects.push_back(version_from_record(query.bucket, key, record->value));
    cursor.advance();
  }
  return page;
}

VersionPage list_versions(const store::Records& records, const VersionQuery& query) {
  return VersionLister(records, query).list();
}

}  // namespace kennel::objects
