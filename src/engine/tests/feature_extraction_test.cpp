#include "engine/feature_extraction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"
#include "engine/tests/random_images.h"
#include "network/tests/random_weights.h"
#include "vision/encode.h"

namespace kennel::engine {
namespace {

using testing::HasSubstr;

constexpr int kWidth = 8;

class FeatureExtractionTest : public testing::Test {
 protected:
  base::Path add_photo(const std::string& name, std::uint64_t seed) {
    return add_file(name, vision::encode_jpeg(random_image(60, 40, seed), 90));
  }
  base::Path add_file(const std::string& name, base::ByteView bytes) {
    const auto path = scratch_.path() / name;
    base::write_atomically(disk_, path, bytes);
    return path;
  }
  PretrainedBackbone pretrained() const { return {backbone_, weights_, {}}; }
  features::FeatureSpace open_space() {
    return {disk_, scratch_.path() / "cache", space_key(pretrained(), Precision::kF32)};
  }
  base::Result<Features> extract(features::FeatureSpace& space, std::span<const base::Path> photos,
                                 ExtractionOptions options = {}) {
    options.threads = 2;
    return extract_features(space, pretrained(), photos, options);
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  network::Backbone backbone_ = network::tiny_backbone(32, kWidth);
  network::StateDict weights_ = network::random_weights(backbone_, {}, 1);
};

TEST_F(FeatureExtractionTest, GivesARowForEveryPhotoInOrder) {
  std::vector<base::Path> photos;
  for (std::uint64_t seed = 0; seed < 11; ++seed) {
    photos.push_back(add_photo(std::to_string(seed) + ".jpg", seed));
  }
  auto space = open_space();
  const auto all = extract(space, photos);
  ASSERT_TRUE(all);
  auto other_space = features::FeatureSpace(disk_, scratch_.path() / "other",
                                            space_key(pretrained(), Precision::kF32));
  for (std::size_t index = 0; index < photos.size(); ++index) {
    const auto alone = extract(other_space, std::span(photos).subspan(index, 1));
    EXPECT_LT(relative_difference(all->rows[index], alone->rows[0]), 1e-6) << index;
  }
}

TEST_F(FeatureExtractionTest, ReadsTheCacheTheSecondTime) {
  const std::vector photos{add_photo("a.jpg", 1), add_photo("b.jpg", 2)};
  auto space = open_space();
  EXPECT_EQ(extract(space, photos)->cached, 0U);
  auto reopened = open_space();
  std::size_t computed = 0;
  const auto again = extract(reopened, photos, {.progress = [&](auto, auto) { ++computed; }});
  EXPECT_EQ(again->cached, 2U);
  EXPECT_EQ(computed, 0U);
  EXPECT_EQ(again->rows[1].size(), static_cast<std::size_t>(kWidth));
}

TEST_F(FeatureExtractionTest, DoesNotReadAPhotoOfKnownDigestThatIsCached) {
  const std::vector photos{add_photo("a.jpg", 1)};
  auto space = open_space();
  const auto read = extract(space, photos);
  const std::vector gone{scratch_.path() / "gone.jpg"};
  const KnownDigests digests{{gone[0].native(), read->digests[0]}};
  const auto known = extract(space, gone, {.digests = &digests});
  EXPECT_EQ(known->cached, 1U);
  EXPECT_THAT(known->failures, testing::IsEmpty());
  EXPECT_THAT(known->rows[0], testing::ElementsAreArray(read->rows[0]));
}

TEST_F(FeatureExtractionTest, LeavesOutAPhotoThatIsNotWhatItWasSaidToBe) {
  const std::vector photos{add_photo("a.jpg", 1), add_photo("b.jpg", 2)};
  const KnownDigests digests{{photos[0].native(), base::sha256(base::as_bytes("another"))}};
  auto space = open_space();
  const auto features = extract(space, photos, {.digests = &digests});
  ASSERT_EQ(features->failures.size(), 1U);
  EXPECT_EQ(features->failures[0].index, 0U);
  EXPECT_FALSE(features->rows[1].empty());
}

TEST_F(FeatureExtractionTest, ComputesTheSameContentOnce) {
  const std::vector photos{add_photo("a.jpg", 1), add_photo("copy.jpg", 1)};
  auto space = open_space();
  std::size_t computed = 0;
  const auto features = extract(space, photos, {.progress = [&](auto, auto) { ++computed; }});
  EXPECT_EQ(computed, 1U);
  EXPECT_EQ(features->cached, 0U);
  EXPECT_THAT(features->rows[0], testing::ElementsAreArray(features->rows[1]));
}

TEST_F(FeatureExtractionTest, NamesThePhotosItCannotReadAndGoesOn) {
  const std::vector photos{add_file("empty.jpg", {}), add_photo("good.jpg", 1),
                           add_file("text.jpg", base::as_bytes("no photo at all")),
                           add_file("text-again.jpg", base::as_bytes("no photo at all")),
                           scratch_.path() / "missing.jpg"};
  auto space = open_space();
  const auto features = extract(space, photos);
  ASSERT_TRUE(features);
  ASSERT_EQ(features->failures.size(), 4U);
  EXPECT_EQ(features->failures[0].path, photos[0]);
  EXPECT_THAT(features->failures[0].reason, HasSubstr("empty"));
  EXPECT_EQ(features->failures[1].path, photos[2]);
  EXPECT_EQ(features->failures[2].path, photos[3]);
  EXPECT_EQ(features->failures[2].reason, features->failures[1].reason);
  EXPECT_EQ(features->rows[1].size(), static_cast<std::size_t>(kWidth));
  EXPECT_TRUE(features->rows[0].empty());
}

TEST_F(FeatureExtractionTest, StoresNothingForAPhotoThatChangedMeanwhile) {
  const std::vector photos{add_photo("a.jpg", 1), add_photo("b.jpg", 2)};
  const auto network = compile({backbone_, weights_, {}}, {.batch_size = 2});
  const std::vector digests{base::sha256(*base::read_file(photos[0], base::kMiB)),
                            base::sha256(base::as_bytes("what b.jpg was when it was hashed"))};
  std::vector<std::size_t> rows;
  std::vector<PhotoFailure> failures;
  run_photos(**network, backbone_.transform, photos, {.digests = digests},
             {.row = [&](std::size_t index, auto) { rows.push_back(index); },
              .failure = [&](PhotoFailure failure) { failures.push_back(std::move(failure)); }});
  EXPECT_THAT(rows, testing::ElementsAre(0U));
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_THAT(failures[0].reason, HasSubstr("changed"));
}

TEST_F(FeatureExtractionTest, KeepsWhatItHadWhenItIsStopped) {
  std::vector<base::Path> photos;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    photos.push_back(add_photo(std::to_string(seed) + ".jpg", seed));
  }
  std::atomic<bool> stop{false};
  auto space = open_space();
  const auto stopped = extract(
      space, photos, {.stop = &stop, .progress = [&](std::size_t, std::size_t) { stop = true; }});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, base::ErrorKind::kInterrupted);
  auto reopened = open_space();
  const auto resumed = extract(reopened, photos);
  EXPECT_GT(resumed->cached, 0U);
  EXPECT_LT(resumed->cached, photos.size());
}

TEST_F(FeatureExtractionTest, TellsWeightsPrecisionAndTransformApart) {
  const auto base_key = space_key(pretrained(), Precision::kF32);
  EXPECT_NE(base_key.digest(), space_key(pretrained(), Precision::kBf16).digest());
  PretrainedBackbone other{backbone_, weights_, base::sha256(base::as_bytes("other"))};
  EXPECT_NE(base_key.digest(), space_key(other, Precision::kF32).digest());
  auto cropped = backbone_;
  cropped.transform.resize_shorter += 1;
  const PretrainedBackbone resized{cropped, weights_, {}};
  EXPECT_NE(base_key.digest(), space_key(resized, Precision::kF32).digest());
}

}  // namespace
}  // namespace kennel::engine
