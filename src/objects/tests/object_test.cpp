// What the records keep of an object, and the ids that put versions and uploads in order.
#include "objects/object.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace kennel::objects {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

ObjectVersion version_with(std::size_t extents) {
  ObjectVersion version{.bucket = "dogs", .key = "rex/🐶\x01", .id = make_version_id(5)};
  version.is_null = false;
  version.modified = TimePoint(milliseconds(1'800'000'000'123));
  version.owner = make_owner_id();
  version.content = {.size = 7 * extents,
                     .etag = "abc-2",
                     .checksum = StoredChecksum{"CRC32", "COMPOSITE", "AAAA-2"}};
  for (std::uint32_t slot = 0; slot < extents; ++slot) {
    version.content.extents.push_back(
        {base::sha256(base::as_bytes(std::to_string(slot))), slot * 10, 7, slot << 17U});
    version.content.parts.push_back({slot + 1, 7, slot == 0 ? "" : "AAAA"});
  }
  version.attributes = {.headers = {{"ContentType", "text/plain"}},
                        .metadata = {{"name", "Bärli"}, {"empty", ""}},
                        .tags = {{"z", "1"}, {"a", "2"}},
                        .storage_class = "GLACIER"};
  return version;
}

ObjectVersion through_record(const ObjectVersion& version) {
  return version_from_record(version.bucket, version.key, to_record(version));
}

void expect_same(const ObjectVersion& a, const ObjectVersion& b) {
  EXPECT_EQ(a.bucket, b.bucket);
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.is_null, b.is_null);
  EXPECT_EQ(a.is_marker, b.is_marker);
  EXPECT_EQ(a.modified, b.modified);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.content.size, b.content.size);
  EXPECT_EQ(a.content.etag, b.content.etag);
  EXPECT_EQ(a.content.checksum, b.content.checksum);
  EXPECT_EQ(a.content.extents, b.content.extents);
  EXPECT_EQ(a.content.parts, b.content.parts);
  EXPECT_EQ(a.attributes.headers, b.attributes.headers);
  EXPECT_EQ(a.attributes.metadata, b.attributes.metadata);
  EXPECT_EQ(a.attributes.tags, b.attributes.tags);
  EXPECT_EQ(a.attributes.storage_class, b.attributes.storage_class);
}

TEST(ObjectVersion, ComesBackFromItsRecord) {
  for (const std::size_t extents : {0, 1, 4}) {
    const ObjectVersion version = version_with(extents);
    EXPECT_FALSE(has_layout(version.content));
    const ObjectVersion again = through_record(version);
    EXPECT_FALSE(again.content.lies_apart);
    expect_same(again, version);
  }
}

TEST(ObjectVersion, ComesBackFromTwoRecordsWhereItIsLong) {
  const ObjectVersion version = version_with(5);
  EXPECT_TRUE(has_layout(version.content));
  ObjectVersion again = through_record(version);
  EXPECT_TRUE(again.content.lies_apart);
  EXPECT_TRUE(again.content.extents.empty());
  add_layout(again.content, to_layout_record(version.content));
  EXPECT_FALSE(again.content.lies_apart);
  expect_same(again, version);
}

TEST(ObjectVersion, StillLiesApartWhereItsRecordIsWrittenAnew) {
  const ObjectVersion again = through_record(through_record(version_with(5)));
  EXPECT_TRUE(again.content.lies_apart);
}

TEST(ObjectVersion, IsAMarkerWithoutContent) {
  ObjectVersion marker{.bucket = "dogs", .key = "rex", .id = make_version_id(1)};
  marker.is_marker = true;
  const ObjectVersion again = through_record(marker);
  EXPECT_TRUE(again.is_marker);
  EXPECT_TRUE(again.is_null);
  EXPECT_EQ(again.shown_id(), "null");
}

TEST(Content, ComesBackFromAPartsRecord) {
  for (const std::size_t extents : {0, 4, 9}) {
    Content content = version_with(extents).content;
    content.parts.clear();
    const TimePoint modified{milliseconds(12)};
    const auto [again, when] = content_from_record(to_record(content, modified));
    EXPECT_EQ(when, modified);
    EXPECT_EQ(again.extents, content.extents);
    EXPECT_EQ(again.size, content.size);
    EXPECT_EQ(again.checksum, content.checksum);
    EXPECT_FALSE(again.lies_apart);
  }
}

TEST(Attributes, ComeBackFromTheirRecord) {
  const Attributes attributes = version_with(0).attributes;
  const Attributes again = attributes_from_record(to_record(attributes));
  EXPECT_EQ(again.metadata, attributes.metadata);
  EXPECT_EQ(again.tags, attributes.tags);
  EXPECT_EQ(attributes_from_record(to_record(Attributes{})).storage_class, "STANDARD");
}

TEST(VersionId, SortsLaterVersionsFirst) {
  std::string last = make_version_id(1);
  for (const std::uint64_t stamp : {2ULL, 255ULL, 256ULL, 1'800'000'000'000'000ULL}) {
    const std::string id = make_version_id(stamp);
    EXPECT_EQ(id.size(), 32U);
    EXPECT_LT(id, last);
    EXPECT_EQ(stamp_of(id), stamp);
    last = id;
  }
}

TEST(Stamp, GrowsWhateverTheClockSays) {
  EXPECT_EQ(next_stamp(TimePoint(microseconds(7)), 3), 7U);
  EXPECT_EQ(next_stamp(TimePoint(microseconds(7)), 7), 8U);
  EXPECT_EQ(next_stamp(TimePoint(microseconds(7)), 100), 101U);
}

TEST(UploadId, SortsEarlierUploadsFirst) {
  EXPECT_LT(make_upload_id(TimePoint(microseconds(255))),
            make_upload_id(TimePoint(microseconds(256))));
}

TEST(Keys, KeepBucketsAndKeysApart) {
  EXPECT_EQ(object_key("dogs", "a/b"), "dogs/a/b");
  EXPECT_EQ(versions_prefix("dogs", "a"), std::string("dogs/a\0", 7));
  EXPECT_FALSE(versions_prefix("dogs", "a\x01").starts_with(versions_prefix("dogs", "a")));
  EXPECT_FALSE(object_key("dogs2", "a").starts_with(bucket_prefix("dogs")));
}

}  // namespace
}  // namespace kennel::objects
