#include "hosting/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace kennel::hosting {
namespace {

using ::testing::HasSubstr;

TEST(Accept, ChoosesFormAndTop) {
  EXPECT_EQ(parse_accept("")->form, std::nullopt);
  EXPECT_EQ(parse_accept("*/*")->form, std::nullopt);
  EXPECT_EQ(parse_accept("text/html, application/json; format=logits")->form, AnswerForm::kLogits);
  EXPECT_EQ(parse_accept("application/*;format=labelled;top=3")->top, 3);
  EXPECT_EQ(parse_accept("text/csv").error().status, 406);
  EXPECT_EQ(parse_accept("application/json; top=0").error().status, 400);
  EXPECT_THAT(parse_accept("application/json; format=xml").error().message,
              HasSubstr("no answer in the format \"xml\""));
}

TEST(LabelledAnswer, IsAListOrAListOfLists) {
  const std::vector<std::vector<Prediction>> photos{{{"001.Affenpinscher", 0.75F}, {"\xff", 0.25F}},
                                                    {{"b", 1.0F}}};
  EXPECT_EQ(to_json(LabelledAnswer{std::span(photos).first(1), false, "m", 1.23456}),
            "{\"predictions\":[{\"label\":\"001.Affenpinscher\",\"probability\":0.75},"
            "{\"label\":\"\xef\xbf\xbd\",\"probability\":0.25}],\"model\":\"m\","
            "\"latency_ms\":1.235}\n");
  EXPECT_EQ(to_json(LabelledAnswer{std::span(photos).last(1), true, "m", 1}),
            "{\"predictions\":[[{\"label\":\"b\",\"probability\":1.0}]],\"model\":\"m\","
            "\"latency_ms\":1.0}\n");
}

TEST(LogitsAnswer, IsRowsThatCanBeReadBack) {
  const std::vector<std::vector<float>> rows{{0.1F, -2, 1e-7F},
                                             {std::numeric_limits<float>::infinity()}};
  EXPECT_EQ(logits_json(rows), "[[0.1, -2, 1e-07], [null]]");
}

TEST(Refusal, IsJson) {
  EXPECT_EQ(to_json(Refusal{400, "BadPhoto", "a \"b\""}),
            "{\"error\":\"BadPhoto\",\"message\":\"a \\\"b\\\"\"}\n");
}

}  // namespace
}  // namespace kennel::hosting
