#include "trials/space_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::trials {
namespace {

using ::testing::HasSubstr;
using tune::Parameter;
using tune::Scaling;

TEST(RangeTest, SaysWhatItMeans) {
  EXPECT_EQ(parse_range("learning-rate=1e-4:1e-1:log"),
            (Parameter{"learning_rate", tune::ContinuousRange{1e-4, 1e-1, Scaling::kLogarithmic}}));
  EXPECT_EQ(parse_range("hidden=64:512"),
            (Parameter{"hidden", tune::IntegerRange{64, 512, Scaling::kAuto}}));
  EXPECT_EQ(parse_range("dropout=0:0.5"),
            (Parameter{"dropout", tune::ContinuousRange{0, 0.5, Scaling::kAuto}}));
  EXPECT_EQ(parse_range("batch_size=32,64"),
            (Parameter{"batch_size", tune::CategoricalRange{{"32", "64"}}}));
  EXPECT_EQ(parse_range("optimizer=sgd"),
            (Parameter{"optimizer", tune::CategoricalRange{{"sgd"}}}));
}

TEST(RangeTest, WhatIsWrongIsSaid) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"learning_rate", "has no name"},
      {"=1:2", "has no name"},
      {"rate=", "says nothing"},
      {"rate=1:2:log:3", "too many parts"},
      {"rate=low:2", "\"low\" is no number"},
      {"rate=1:high", "\"high\" is no number"},
      {"rate=1:2:cubic", "\"cubic\""}};
  for (const auto& [text, says] : wrong) {
    const auto outcome = parse_range(text);
    ASSERT_FALSE(outcome) << text;
    EXPECT_THAT(outcome.error().message, HasSubstr(says));
    EXPECT_THAT(outcome.error().message, HasSubstr("say NAME=LOW:HIGH"));
  }
}

const tune::Space kSpace{{"rate", tune::ContinuousRange{1e-4, 0.1, Scaling::kLogarithmic}},
                         {"units", tune::IntegerRange{8, 64, Scaling::kAuto}},
                         {"kind", tune::CategoricalRange{{"a", "b"}}}};

TEST(SpaceFileTest, ComesBackAsItWas) { EXPECT_EQ(space_from(to_json(kSpace)), kSpace); }

TEST(SpaceFileTest, ErrorsPointAtThePlace) {
  const std::vector<std::pair<const char*, std::string>> wrong{
      {R"([])", "list \"parameters\""},
      {R"({"parameters": 3})", "list \"parameters\""},
      {R"({"parameters": [3]})", "parameters[0] is no object"},
      {R"({"parameters": [{"type": "integer"}]})", "parameters[0].name is missing"},
      {R"({"parameters": [{"name": "a", "type": "real"}]})", "parameters[0].type is \"real\""},
      {R"({"parameters": [{"name": "a", "type": "integer", "low": 1}]})",
       "parameters[0].high is missing"},
      {R"({"parameters": [{"name": "a", "type": "integer", "low": "x", "high": 2}]})",
       "parameters[0].low is \"x\", which is no number"},
      {R"({"parameters": [{"name": "a", "type": "integer", "low": 1, "high": 2, "log": true}]})",
       "parameters[0].log is not known"},
      {R"({"parameters": [{"name": "a", "type": "categorical", "values": "x"}]})",
       "parameters[0].values is \"x\", which is no list of strings"},
      {R"({"parameters": [{"name": "a", "type": "integer", "low": 3, "high": 2}]})",
       "the range 3:2 of a"}};
  for (const auto& [text, says] : wrong) {
    const auto outcome = space_from(nlohmann::json::parse(text));
    ASSERT_FALSE(outcome) << text;
    EXPECT_THAT(outcome.error().message, HasSubstr(says));
  }
}

}  // namespace
}  // namespace kennel::trials
