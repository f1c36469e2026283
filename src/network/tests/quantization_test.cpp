#include "network/quantization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "network/fold.h"

namespace kennel::network {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const Backbone& resnet18() { return **get_backbone("resnet18"); }

// A range for every value of ResNet18 that a step reads.
Quantization whole_quantization() {
  Quantization quantization;
  for (const auto& name : values_to_quantize(without_norms(resnet18()), {})) {
    quantization.activations[name] = {-1, 2.5F};
  }
  return quantization;
}

std::string refusal(const json& value) {
  const auto parsed = parse_quantization(value, resnet18());
  return parsed ? "accepted" : parsed.error().message;
}

TEST(ValueNames, SayWhereAValueComesFrom) {
  const auto names = value_names(without_norms(resnet18()));
  EXPECT_EQ(names.front(), "conv1");
  EXPECT_THAT(names, Contains("conv1.relu.maxpool"));
  EXPECT_THAT(names, Contains("layer1.0.conv2.add.relu"));
  EXPECT_THAT(names, Contains("layer2.0.downsample.0"));
  EXPECT_EQ(names.back(), "layer4.1.conv2.add.relu.mean");
}

TEST(ValueNames, AreDifferentInEveryBackbone) {
  for (const auto& backbone : all_backbones()) {
    auto names = value_names(without_norms(backbone));
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << backbone.name;
  }
}

TEST(QuantizableSteps, AreConvolutionsAndAdditions) {
  const auto steps = quantizable_steps(without_norms(**get_backbone("efficientnet-lite0")));
  EXPECT_EQ(steps.size(), 49U + 9U);
  EXPECT_THAT(steps.front().values, ElementsAre(kImageValue));
  const auto resnet = quantizable_steps(without_norms(**get_backbone("resnet50")));
  EXPECT_EQ(resnet.size(), 53U + 16U);
}

TEST(QuantizableSteps, NameBothValuesOfAnAddition) {
  const auto steps = quantizable_steps(without_norms(resnet18()));
  const auto found = std::ranges::find(steps, "layer2.0.conv2.add", &QuantizableStep::name);
  ASSERT_NE(found, steps.end());
  EXPECT_THAT(found->values, ElementsAre("layer2.0.conv2", "layer2.0.downsample.0"));
}

TEST(ValuesToQuantize, LeaveOutWhatOnlyKeptStepsRead) {
  const auto folded = without_norms(resnet18());
  const auto values = values_to_quantize(folded, {"layer1.0.conv2", "layer1.1.conv1"});
  EXPECT_THAT(values, testing::Not(Contains("layer1.0.conv1.relu")));
  EXPECT_THAT(values, Contains("layer1.0.conv2.add.relu"));  // the next addition reads it
}

TEST(Quantization, IsTheSameAfterJson) {
  auto quantization = whole_quantization();
  quantization.kept = {"layer1.0.conv2"};
  quantization.preferred = true;
  quantization.check["photos"] = 320;
  const auto parsed = parse_quantization(to_json(quantization), resnet18());
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->activations, quantization.activations);
  EXPECT_EQ(parsed->kept, quantization.kept);
  EXPECT_TRUE(parsed->preferred);
  EXPECT_EQ(parsed->check, quantization.check);
}

TEST(Quantization, NeedsNoRangeForWhatIsKept) {
  auto value = to_json(whole_quantization());
  value["activations"].erase("layer1.0.conv1.relu");
  EXPECT_THAT(refusal(value), HasSubstr("there is none for layer1.0.conv1.relu"));
  value["kept"] = {"layer1.0.conv2"};
  EXPECT_EQ(refusal(value), "accepted");
}

TEST(Quantization, RefusesRangesThatAreNone) {
  const json ranges[] = {{1, 2},     {-2, -1},     {0, 0},     {2, -2},       {-1e31, 1},
                         {0, 1e300}, {0, "1"},     {0},        {0, 1, 2},     1,
                         nullptr,    {nullptr, 1}, {0, 1e-40}, json::array(), {{0}, {1}}};
  for (const auto& range : ranges) {
    auto value = to_json(whole_quantization());
    value["activations"]["conv1.relu.maxpool"] = range;
    EXPECT_THAT(refusal(value), HasSubstr("conv1.relu.maxpool")) << range;
  }
}

TEST(Quantization, RefusesNamesThatTheBackboneDoesNotHave) {
  auto value = to_json(whole_quantization());
  value["activations"]["layer9.\x1b[31m"] = {0, 1};
  EXPECT_THAT(refusal(value), HasSubstr("has no value layer9.?[31m"));
  value = to_json(whole_quantization());
  value["kept"] = {"conv1.relu"};  // a value, and no layer
  EXPECT_THAT(refusal(value), HasSubstr("kept"));
  value["kept"] = {std::string(1000, 'x')};
  EXPECT_LT(refusal(value).size(), 250U);
}

TEST(Quantization, RefusesWhatIsNoQuantization) {
  for (const auto& value : {json(1), json("x"), json::array(), json()}) {
    EXPECT_THAT(refusal(value), HasSubstr("quantization"));
  }
  for (const char* field : {"activations", "kept"}) {
    auto value = to_json(whole_quantization());
    value.erase(field);
    EXPECT_THAT(refusal(value), HasSubstr(field));
    value[field] = 3;
    EXPECT_THAT(refusal(value), HasSubstr(field));
  }
}

TEST(Quantization, IsPreferredOnlyWhereItSaysSo) {
  for (const auto& said : {json("true"), json(1), json(), json::array({true})}) {
    auto value = to_json(whole_quantization());
    value["preferred"] = said;
    EXPECT_FALSE(parse_quantization(value, resnet18())->preferred) << said;
  }
}

}  // namespace
}  // namespace kennel::network
