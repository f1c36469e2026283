#include "train/torch_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/tests/random_images.h"
#include "network/tests/random_weights.h"

namespace kennel::train {
namespace {

constexpr int kImages = 2;

class BothEngines : public testing::TestWithParam<const char*> {};

TEST_P(BothEngines, AgreeOnLogits) {
  const auto& backbone = **network::get_backbone(GetParam());
  const auto layers = network::head_layers(backbone.feature_width, 16, 10);
  const auto weights = network::random_weights(backbone, layers, 11);
  const engine::NetworkSpec spec{backbone, weights, layers};
  const auto images = engine::random_batch(kImages, 3);

  auto torch_network = TorchNetwork::build(spec);
  ASSERT_TRUE(torch_network);
  const auto by_torch = torch_network->run(images, kImages);
  const auto compiled = engine::compile(spec, {.batch_size = kImages, .threads = 2});
  ASSERT_TRUE(compiled);
  const auto request = (*compiled)->make_request();
  std::ranges::copy(images, request->input().begin());
  request->run();
  EXPECT_LT(engine::relative_difference(by_torch, std::as_const(*request).output()), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(All, BothEngines,
                         testing::Values("efficientnet-lite0", "resnet18", "resnet34", "resnet50",
                                         "resnet101"));

TEST(TorchNetwork, NamesTheTensorThatHasTheWrongShape) {
  const auto& backbone = **network::get_backbone("resnet18");
  auto weights = network::random_weights(backbone, {}, 1);
  weights.set("bn1.bias", network::Tensor::from_floats({3}, {1, 2, 3}));
  const auto built = TorchNetwork::build({backbone, weights, {}});
  ASSERT_FALSE(built);
  EXPECT_THAT(built.error().message, testing::HasSubstr("bn1.bias"));
}

}  // namespace
}  // namespace kennel::train
