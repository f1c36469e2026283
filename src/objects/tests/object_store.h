// A store of objects for tests, with one bucket: in memory, or on the disk.
#pragma once

#include <gtest/gtest.h>

#include "base/checksum.h"
#include "base/memory_disk.h"
#include "base/tests/scratch_folder.h"
#include "objects/collections.h"
#include "objects/listing.h"
#include "objects/uploads.h"
#include "store/memory_records.h"
#include "store/sqlite_records.h"

namespace kennel::objects {

struct InMemory {
  base::Path folder = "/store";
  base::MemoryDisk disk;
  store::MemoryRecords records;
};

struct OnDisk {
  base::ScratchFolder scratch;
  base::Path folder = scratch.path();
  base::PosixDisk disk;
  std::unique_ptr<store::SqliteRecords> opened =
      store::SqliteRecords::open(folder / "records.db").value();
  store::Records& records = *opened;
};

inline std::string md5_of(std::string_view text) {
  return base::to_hex(base::Md5().update(base::as_bytes(text)).finish());
}

inline Content content_of(std::string_view text) {
  Content content{.size = text.size(), .etag = md5_of(text)};
  if (!text.empty()) {
    content.extents = {{.digest = base::sha256(base::as_bytes(text)), .length = text.size()}};
  }
  return content;
}

inline Outcome<std::string> read_all(ContentReader& reader) {
  std::string text(reader.size(), '\0');
  const auto read =
      reader.read_exactly(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!read) return refuse({.problem = Problem::kDamaged, .message = read.error().message});
  return text;
}

template <class Place = InMemory>
class ObjectStore {
 public:
  template <class... Parts>
  explicit ObjectStore(Parts&&... parts) : place{std::forward<Parts>(parts)...} {
    if (!buckets.find("dogs")) (void)buckets.create("dogs", "us-east-1", now);
  }

  store::StagedBlob stage(std::string_view text) {
    const auto writer = blobs.begin();
    writer->append(base::as_bytes(text));
    return writer->finish();
  }

  NewObject draft(const std::string& key, std::string_view text) {
    NewObject object{
        .bucket = "dogs", .key = key, .owner = make_owner_id(), .content = content_of(text)};
    if (!text.empty()) object.staged = stage(text);
    return object;
  }

  Outcome<ObjectVersion> put(const std::string& key, std::string_view text,
                             const WriteConditions& conditions = {}) {
    return objects.put(draft(key, text), conditions, now);
  }

  // Without copying a byte.
  Outcome<ObjectVersion> copy(const std::string& from, const std::optional<std::string>& version_id,
                              const std::string& to) {
    KENNEL_TRY(const auto source, objects.open("dogs", from, version_id));
    return objects.put({.bucket = "dogs",
                        .key = to,
                        .owner = make_owner_id(),
                        .content = source.first.content,
                        .attributes = source.first.attributes,
                        .borrowed = true},
                       {}, now);
  }

  Upload begin_upload(const std::string& key) {
    return uploads.create({.bucket = "dogs", .key = key, .initiated = now, .initiator = "me"})
        .value();
  }

  Outcome<void> put_part(const Upload& upload, std::uint32_t number, std::string_view text) {
    NewPart part{.number = number, .content = content_of(text)};
    if (!text.empty()) part.staged = stage(text);
    return uploads.put_part(upload, std::move(part), now);
  }

  // A part that is `from` so many times over, in as many extents, pinned until it holds them.
  Outcome<void> copy_part(const Upload& upload, std::uint32_t number, const std::string& from,
                          int times) {
    KENNEL_TRY(auto source, objects.open("dogs", from));
    KENNEL_TRY(const std::string text, read_all(source.second));
    NewPart part{.number = number};
    std::string whole;
    for (int time = 0; time < times; ++time) {
      whole += text;
      for (const Extent& extent : source.first.content.extents) {
        part.content.extents.push_back(extent);
      }
    }
    part.content.size = whole.size();
    part.content.etag = md5_of(whole);
    return uploads.put_part(upload, std::move(part), now);
  }

  Outcome<ObjectVersion> complete(const Upload& upload, const WriteConditions& conditions = {}) {
    std::vector<NamedPart> named;
    for (const Part& part : uploads.list_parts(upload, 0, kPartNumberMax).parts) {
      named.push_back({.number = part.number, .etag = part.content.etag});
    }
    return uploads.complete("dogs", upload.key, upload.id,
                            {.parts = std::move(named), .conditions = conditions}, now);
  }

  Outcome<std::string> read(const std::string& key,
                            const std::optional<std::string>& version_id = {}) {
    KENNEL_TRY(auto opened, objects.open("dogs", key, version_id));
    return read_all(opened.second);
  }

  Outcome<Removed> remove(const std::string& key, const std::optional<std::string>& version_id = {},
                          const RemoveConditions& conditions = {}) {
    return objects.remove("dogs", key, version_id, now, conditions);
  }

  void set_versioning(Versioning versioning) {
    EXPECT_TRUE(buckets.set_versioning("dogs", versioning));
  }

  std::vector<ListedVersion> versions(const std::string& prefix = {}) {
    return list_versions(place.records, {{.bucket = "dogs", .prefix = prefix}}).versions;
  }

  // What the bucket has of a key, the latest first: "marker latest", "cat", "dog null".
  std::vector<std::string> history(const std::string& key) {
    std::vector<std::string> told;
    for (const ListedVersion& listed : versions(key)) {
      const ObjectVersion& version = listed.version;
      if (version.key != key) continue;
      std::string line =
          version.is_marker ? "marker" : read(key, version.shown_id()).value_or("unreadable");
      if (version.is_null) line += " null";
      if (listed.is_latest) line += " latest";
      told.push_back(line);
    }
    return told;
  }

  // As people empty a bucket: page by page, each removed before the next is asked for.
  void remove_everything(std::size_t limit = 2) {
    VersionQuery query{{.bucket = "dogs", .limit = limit}};
    for (bool more = true; more;) {
      const VersionPage page = list_versions(place.records, query);
      for (const ListedVersion& listed : page.versions) {
        EXPECT_TRUE(remove(listed.version.key, listed.version.shown_id()));
      }
      more = page.truncated;
      query.after = page.last;
      query.after_version = page.last_version;
    }
    for (const Upload& upload : uploads.list({.bucket = "dogs"}).uploads) {
      EXPECT_TRUE(uploads.abort("dogs", upload.key, upload.id));
    }
    while (blobs.collect().more) {
    }
  }

  // Whatever is still there after `remove_everything`: nothing.
  std::vector<std::string> leftovers() {
    std::vector<std::string> left = blobs.blob_files();
    for (const auto& file : place.disk.list(place.folder / "staging")) left.push_back(file);
    for (const char* collection : {kObjects, kVersions, kLayouts, kUploads, kParts, "blobs",
                                   "blob_holders", "blob_garbage"}) {
      for (const auto& record : place.records.scan(collection, {})) {
        left.push_back(std::string(collection) + " " + record.key);
      }
    }
    return left;
  }

  TimePoint now{std::chrono::milliseconds(1'800'000'000'123)};
  Place place;
  store::Blobs blobs{place.records, place.disk, place.folder};
  Buckets buckets{place.records};
  Objects objects{place.records, blobs, buckets};
  Uploads uploads{place.records, blobs, buckets, objects};
};

}  // namespace kennel::objects
