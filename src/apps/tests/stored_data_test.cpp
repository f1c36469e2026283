#include "apps/stored_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"
#include "objects/check.h"
#include "objects/uploads.h"
#include "objects/usage.h"

namespace kennel::apps {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class StoredDataTest : public testing::Test {
 protected:
  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  ServerFolder folder_{scratch_.path()};
};

TEST_F(StoredDataTest, SaysHowToBeginWhereNoServerEverRan) {
  const auto opened = StoredData::open(folder_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, base::ErrorKind::kNotFound);
  EXPECT_THAT(opened.error().message, HasSubstr("start one with kennel up"));
  EXPECT_THAT(disk_.list(scratch_.path()), IsEmpty());
}

TEST_F(StoredDataTest, ReadsWhatAServerIsWriting) {
  const auto records = store::SqliteRecords::open(folder_.records()).value();
  store::Blobs blobs(*records, disk_, folder_.root);
  objects::Buckets buckets(*records);
  objects::Objects objects(*records, blobs, buckets);
  ASSERT_TRUE(buckets.create("dogs", "us-east-1", {}));
  const auto data = StoredData::open(folder_).value();
  const auto writer = blobs.begin();
  writer->append(base::as_bytes("one"));
  objects::NewObject object{
      .bucket = "dogs", .key = "a", .owner = objects::make_owner_id(), .staged = writer->finish()};
  object.content = {.size = 3, .extents = {{.digest = object.staged->digest(), .length = 3}}};
  ASSERT_TRUE(objects.put(std::move(object), {}, {}));
  EXPECT_EQ(objects::measure_usage(data->records(), data->blobs()).stored_bytes, 3U);
  EXPECT_THAT(objects::check_objects(data->records(), data->blobs()).findings, IsEmpty());
  disk_.remove(folder_.root / "blobs" / blobs.blob_files()[0]);
  EXPECT_THAT(objects::check_objects(data->records(), data->blobs()).findings, SizeIs(1));
}

}  // namespace
}  // namespace kennel::apps
