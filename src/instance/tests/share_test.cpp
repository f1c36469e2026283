#include "instance/share.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace kennel::instance {
namespace {

using testing::ElementsAre;

constexpr int kPhotos = 10;

Contract contract(const std::string& host, bool train_sharded) {
  return {.folder = "/opt/ml",
          .channels = {{"train", "/opt/ml/input/data/train", train_sharded},
                       {"validation", "/opt/ml/input/data/validation"}},
          .hosts = {"algo-1", "algo-2", "algo-3"},
          .current_host = host};
}

// Two classes of ten photos in train and in validation.
dataset::PhotoListing listing() {
  dataset::PhotoListing listing;
  listing.layout = {.train = "/opt/ml/input/data/train",
                    .valid = "/opt/ml/input/data/validation",
                    .has_splits = true};
  for (const char* name : {"a", "b"}) {
    for (int number = 0; number < kPhotos; ++number) {
      const auto photo = fmt::format("{}/{}.jpg", name, number);
      dataset::add_photo(listing.split(dataset::Split::kTrain), name, listing.layout.train / photo);
      dataset::add_photo(listing.split(dataset::Split::kValid), name,
                         *listing.layout.valid / photo);
    }
  }
  return listing;
}

std::set<base::Path> share(const Contract& of, const ShareOptions& options = {}) {
  const auto chosen = choose_share(of, listing(), options);
  EXPECT_TRUE(chosen);
  std::set<base::Path> paths;
  for (const auto& photo : *chosen) EXPECT_TRUE(paths.insert(photo.path).second);
  return paths;
}

TEST(Share, DealsOutEveryPhotoOnce) {
  std::set<base::Path> all;
  for (const char* host : {"algo-1", "algo-2", "algo-3"}) {
    const auto own = share(contract(host, false));
    EXPECT_GE(own.size(), 4U * kPhotos / 3);
    for (const auto& path : own) EXPECT_TRUE(all.insert(path).second) << path;
  }
  EXPECT_EQ(all.size(), 4U * kPhotos);
}

TEST(Share, LeavesOutWhatIsNotTrainedOn) {
  std::size_t photos = 0;
  for (const char* host : {"algo-1", "algo-2", "algo-3"}) {
    photos += share(contract(host, false), {.fraction = 0.5}).size();
  }
  EXPECT_EQ(photos, 3U * kPhotos);
}

TEST(Share, IsAllOfAShardedChannel) {
  const auto own = share(contract("algo-2", true));
  std::size_t train = 0;
  for (const auto& path : own) train += path.native().find("/train/") != std::string::npos ? 1 : 0;
  EXPECT_EQ(train, 2U * kPhotos);
  EXPECT_LE(own.size() - train, 7U);
}

TEST(Share, TellsOthersOfWhatCouldBeRead) {
  const std::vector<PhotoOfShare> share{
      {dataset::Split::kTrain, "a", "/opt/ml/input/data/train/a/1.jpg"},
      {dataset::Split::kValid, "b", "/opt/ml/input/data/validation/b/2.jpg"}};
  const std::vector<float> row{1, 2};
  engine::Features features;
  features.rows = {{}, row};
  features.digests = {{}, base::sha256(base::as_bytes("b"))};
  const auto photos = to_shared(contract("algo-2", true), share, features);
  ASSERT_EQ(photos.size(), 1U);
  EXPECT_EQ(photos[0].split, dataset::Split::kValid);
  EXPECT_EQ(photos[0].class_name, "b");
  EXPECT_EQ(photos[0].path, "validation/b/2.jpg");
  EXPECT_EQ(photos[0].digest, features.digests[1]);
  EXPECT_THAT(photos[0].features, ElementsAre(1, 2));
}

}  // namespace
}  // namespace kennel::instance
