#include "apps/aws_client.h"

#include <gmock/gmock.h>

namespace kennel::apps {
namespace {

using base::ErrorKind;
using nlohmann::json;

base::Error refusal(int status, const json& body) {
  return read_answer({.status = status, .fields = {}, .body = body.dump()}).error();
}

TEST(AwsClient, ReadsAnAnswer) {
  const auto answer = read_answer({.status = 200, .fields = {}, .body = R"({"a": 1})"});
  EXPECT_EQ(answer.value(), json({{"a", 1}}));
}

TEST(AwsClient, TakesNoBodyForAnEmptyAnswer) {
  EXPECT_EQ(read_answer({.status = 200, .fields = {}, .body = ""}).value(), json::object());
}

TEST(AwsClient, TellsWhatTheServerSays) {
  const auto error = refusal(400, {{"__type", "ValidationException"}, {"message", "too long"}});
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_EQ(error.message, "too long");
}

TEST(AwsClient, KnowsMissingThingsByTypeOrSentence) {
  const json by_sentence{{"__type", "ValidationException"},
                         {"message", "Requested resource not found."}};
  const json by_type{{"__type", "com.amazonaws.logs#ResourceNotFoundException"}, {"Message", "x"}};
  EXPECT_EQ(refusal(400, by_sentence).kind, ErrorKind::kNotFound);
  EXPECT_EQ(refusal(400, by_type).kind, ErrorKind::kNotFound);
}

TEST(AwsClient, TellsConflictsAndThrottlingApart) {
  EXPECT_EQ(refusal(400, {{"__type", "ResourceInUse"}}).kind, ErrorKind::kConflict);
  EXPECT_EQ(refusal(400, {{"__type", "ThrottlingException"}}).kind, ErrorKind::kThrottled);
}

TEST(AwsClient, SurvivesAnswersThatAreNoJson) {
  const auto broken = read_answer({.status = 200, .fields = {}, .body = "<html>"});
  EXPECT_EQ(broken.error().kind, ErrorKind::kCorrupt);
  const auto refused = read_answer({.status = 502, .fields = {}, .body = "<html>"});
  EXPECT_EQ(refused.error().message, "the server answered with status 502");
  const json odd{{"__type", 7}, {"message", json::array()}};
  EXPECT_THAT(refusal(400, odd).message, testing::HasSubstr("status 400"));
}

}  // namespace
}  // namespace kennel::apps
