#include "network/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "network/tests/random_weights.h"

namespace kennel::network {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Convolution one_by_one(const std::string& name) { return {.name = name, .in = 1, .out = 2}; }

// Two channels: gamma 4 and 1, variance 3 and 0 (with epsilon 1: deviations 2 and 1).
Backbone small_backbone() {
  return {.name = "small",
          .feature_width = 2,
          .steps = {{one_by_one("conv"), kImage}, {BatchNorm{"norm", 2, 1.0}, 0}, {Relu{}, 1}}};
}

StateDict small_weights() {
  StateDict weights;
  weights.set("conv.weight", Tensor::from_floats({2, 1, 1, 1}, {3, -5}));
  weights.set("norm.weight", Tensor::from_floats({2}, {4, 1}));
  weights.set("norm.bias", Tensor::from_floats({2}, {10, 20}));
  weights.set("norm.running_mean", Tensor::from_floats({2}, {1, 2}));
  weights.set("norm.running_var", Tensor::from_floats({2}, {3, 0}));
  return weights;
}

bool has_norm(const Backbone& backbone) {
  return std::ranges::any_of(backbone.steps, [](const Step& step) {
    return std::holds_alternative<BatchNorm>(step.operation);
  });
}

TEST(FoldNorms, MultipliesTheWeightsAndMakesABias) {
  const auto folded = fold_norms(small_backbone(), small_weights());
  ASSERT_TRUE(folded);
  EXPECT_THAT(folded->find("conv.weight")->floats(), ElementsAre(6, -5));
  EXPECT_THAT(folded->find("conv.bias")->floats(), ElementsAre(8, 18));
}

TEST(FoldNorms, NamesTheTensorThatIsMissing) {
  const auto folded = fold_norms(small_backbone(), StateDict{});
  ASSERT_FALSE(folded);
  EXPECT_THAT(folded.error().message, HasSubstr("conv.weight"));
}

TEST(WithoutNorms, LetsStepsReadTheConvolutionInstead) {
  const auto folded = without_norms(small_backbone());
  ASSERT_EQ(folded.steps.size(), 2U);
  EXPECT_TRUE(std::get<Convolution>(folded.steps[0].operation).bias);
  EXPECT_EQ(folded.steps[1].input, 0);
}

TEST(WithoutNorms, KeepsANormWhoseConvolutionOthersReadToo) {
  auto backbone = small_backbone();
  backbone.steps.push_back({Add{0}, 2});
  EXPECT_TRUE(has_norm(without_norms(backbone)));
  const auto folded = fold_norms(backbone, small_weights());
  ASSERT_TRUE(folded);
  EXPECT_THAT(folded->find("conv.weight")->floats(), ElementsAre(3, -5));
}

TEST(WithoutNorms, LeavesNoneInAnyBackboneAndReadsEarlierValuesOnly) {
  for (const auto& backbone : all_backbones()) {
    const auto folded = without_norms(backbone);
    EXPECT_FALSE(has_norm(folded)) << backbone.name;
    for (int at = 0; at < static_cast<int>(folded.steps.size()); ++at) {
      const auto& step = folded.steps[static_cast<std::size_t>(at)];
      const auto* add = std::get_if<Add>(&step.operation);
      EXPECT_LT(step.input, at);
      EXPECT_LT(add == nullptr ? kImage : add->other, at);
    }
  }
}

}  // namespace
}  // namespace kennel::network
