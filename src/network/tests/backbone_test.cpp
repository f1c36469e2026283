#include "network/backbone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::network {
namespace {

std::int64_t parameters_of(const Operation& operation) {
  if (const auto* op = std::get_if<Convolution>(&operation)) {
    return std::int64_t{1} * op->out * op->in / op->groups * op->kernel * op->kernel;
  }
  if (const auto* op = std::get_if<BatchNorm>(&operation)) return 2 * op->channels;
  return 0;
}

struct Published {
  const char* name;
  int feature_width;
  std::int64_t parameters;  // without the last layer
};

class EveryBackbone : public testing::TestWithParam<Published> {};

TEST_P(EveryBackbone, HasThePublishedNumberOfParameters) {
  const auto backbone = get_backbone(GetParam().name);
  ASSERT_TRUE(backbone);
  std::int64_t parameters = 0;
  for (const auto& step : (*backbone)->steps) parameters += parameters_of(step.operation);
  EXPECT_EQ(parameters, GetParam().parameters);
  EXPECT_EQ((*backbone)->feature_width, GetParam().feature_width);
}

INSTANTIATE_TEST_SUITE_P(All, EveryBackbone,
                         testing::Values(Published{"efficientnet-lite0", 1280, 4652008 - 1281000},
                                         Published{"resnet18", 512, 11689512 - 513000},
                                         Published{"resnet34", 512, 21797672 - 513000},
                                         Published{"resnet50", 2048, 25557032 - 2049000},
                                         Published{"resnet101", 2048, 44549160 - 2049000}));

TEST(AllBackbones, AreSortedAndReadOnlyEarlierValues) {
  std::string last;
  for (const auto& backbone : all_backbones()) {
    EXPECT_LT(last, backbone.name);
    last = backbone.name;
    for (int at = 0; at < static_cast<int>(backbone.steps.size()); ++at) {
      const auto& step = backbone.steps[static_cast<std::size_t>(at)];
      EXPECT_LT(step.input, at);
      if (const auto* add = std::get_if<Add>(&step.operation)) EXPECT_LT(add->other, at);
    }
  }
}

TEST(GetBackbone, NamesThoseThatThereAre) {
  const auto backbone = get_backbone("vgg16");
  ASSERT_FALSE(backbone);
  EXPECT_THAT(backbone.error().message, testing::HasSubstr("efficientnet-lite0, resnet101"));
}

}  // namespace
}  // namespace kennel::network
