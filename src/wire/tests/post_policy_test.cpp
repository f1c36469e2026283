#include "wire/post_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"

namespace kennel::wire {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const TimePoint kNow = std::chrono::sys_days(2026y / 11 / 21) + 10h;

Outcome<PostPolicy> parse(std::string_view json) {
  return PostPolicy::parse(base::to_base64(base::as_bytes(json)));
}

PostPolicy policy(std::string_view conditions) {
  auto policy = parse(R"({"expiration":"2026-11-21T10:00:01Z","conditions":)" +
                      std::string(conditions) + "}");
  EXPECT_TRUE(policy) << policy.error().message;
  return *policy;
}

// Of a bucket "dogs"; empty: it is allowed.
std::string refusal(std::string_view conditions, const base::Fields& fields, TimePoint now = kNow) {
  const auto checked = policy(conditions).check("dogs", fields, now);
  if (checked) return "";
  EXPECT_EQ(checked.error().code, "AccessDenied");
  EXPECT_EQ(checked.error().status, 403);
  return checked.error().message;
}

TEST(PostPolicy, AllowsWhatItsConditionsSay) {
  EXPECT_EQ(refusal(R"([{"bucket":"dogs"},["eq","$acl","private"],["starts-with","$key","u/"]])",
                    {{"key", "u/dog"}, {"acl", "private"}}),
            "");
}

TEST(PostPolicy, IsOverAtItsTime) {
  EXPECT_EQ(refusal("[]", {}, kNow + 999ms), "");
  EXPECT_EQ(refusal("[]", {}, kNow + 1s), "Invalid according to Policy: Policy expired.");
}

TEST(PostPolicy, KnowsYearsThatNoClockReaches) {
  const auto ends = [](std::string_view time) {
    return parse(R"({"conditions":[],"expiration":")" + std::string(time) + "\"}").value();
  };
  EXPECT_TRUE(ends("9999-12-31T23:59:59Z").check("dogs", {}, kNow));
  EXPECT_FALSE(ends("1356-11-21T11:00:00Z").check("dogs", {}, kNow));
}

TEST(PostPolicy, NamesTheConditionThatFailed) {
  const std::string failed = "Invalid according to Policy: Policy Condition failed: ";
  EXPECT_EQ(refusal(R"([{"Key":"dog"}])", {{"key", "cat"}}), failed + R"(["eq", "$key", "dog"])");
  EXPECT_EQ(refusal(R"([["starts-with","$key","u/"]])", {{"key", "v/u/"}}),
            failed + R"(["starts-with", "$key", "u/"])");
  EXPECT_EQ(refusal(R"([{"bucket":"cats"}])", {}), failed + R"(["eq", "$bucket", "cats"])");
}

TEST(PostPolicy, WantsEveryFieldOfItsConditions) {
  EXPECT_THAT(refusal(R"([["starts-with","$name",""]])", {}), HasSubstr("Condition failed"));
  EXPECT_EQ(refusal(R"([["starts-with","$name",""]])", {{"name", ""}}), "");
}

TEST(PostPolicy, AsksTheRequestForTheBucketAndNotTheForm) {
  EXPECT_THAT(refusal(R"([{"bucket":"cats"}])", {{"bucket", "cats"}}),
              HasSubstr("Condition failed"));
}

TEST(PostPolicy, AllowsNoFieldThatItDoesNotSpeakOf) {
  EXPECT_EQ(refusal(R"([{"key":"dog"}])",
                    {{"key", "dog"}, {"Content-Type", "text/html"}, {"x-amz-meta-a", "b"}}),
            "Invalid according to Policy: Extra input fields: content-type, x-amz-meta-a");
}

TEST(PostPolicy, LeavesOutWhatVouchesForItself) {
  EXPECT_EQ(refusal("[]", {{"policy", "e30="},
                           {"x-amz-signature", "a"},
                           {"AWSAccessKeyId", "b"},
                           {"signature", "c"},
                           {"x-ignore-me", "d"}}),
            "");
  EXPECT_THAT(refusal("[]", {{"x-amz-credential", "a"}}), HasSubstr("Extra input fields"));
}

TEST(PostPolicy, KnowsNoCaseInNamesAndOperators) {
  EXPECT_EQ(refusal(R"([{"bUcKeT":"dogs"},["StArTs-WiTh","$KeY","u/"],{"AcL":"private"}])",
                    {{"kEy", "u/dog"}, {"aCl", "private"}}),
            "");
  EXPECT_THAT(refusal(R"([{"acl":"private"}])", {{"acl", "Private"}}), HasSubstr("failed"));
}

TEST(PostPolicy, LooksAtEachTypeOfAList) {
  const auto types = R"([["starts-with","$Content-Type","image/"]])";
  EXPECT_EQ(refusal(types, {{"Content-Type", "image/png, image/jpeg"}}), "");
  EXPECT_THAT(refusal(types, {{"Content-Type", "image/png,text/html"}}), HasSubstr("failed"));
}

TEST(PostPolicy, ReadsEscapedDollars) {
  EXPECT_EQ(refusal(R"([{"key":"\$dog"}])", {{"key", "$dog"}}), "");
  EXPECT_EQ(refusal(R"([{"key":"\\$dog"}])", {{"key", R"(\$dog)"}}), "");
}

TEST(PostPolicy, KnowsHowLargeTheFileMayBe) {
  EXPECT_EQ(policy("[]").size_range(), SizeRange());
  EXPECT_EQ(policy(R"([["content-length-range",1,"1048576"]])").size_range(),
            (SizeRange{1, 1'048'576}));
  EXPECT_EQ(policy(R"([["content-length-range",1,9],["content-length-range",3,12]])").size_range(),
            (SizeRange{3, 9}));
}

TEST(PostPolicy, RefusesWhatItCannotRead) {
  const std::string time = R"("expiration":"2026-11-21T10:00:01Z")";
  for (const std::string& json : {
           std::string("wau"),
           std::string("[]"),
           std::string(R"({"conditions":[]})"),
           std::string(R"({"expiration":"tomorrow","conditions":[]})"),
           std::string(R"({"expiration":1,"conditions":[]})"),
           "{" + time + "}",
           "{" + time + R"(,"CONDITIONS":[]})",
           "{" + time + R"(,"conditions":{}})",
           "{" + time + R"(,"conditions":["key"]})",
           "{" + time + R"(,"conditions":[[]]})",
           "{" + time + R"(,"conditions":[{}]})",
           "{" + time + R"(,"conditions":[{"a":"b","c":"d"}]})",
           "{" + time + R"(,"conditions":[{"a":1}]})",
           "{" + time + R"(,"conditions":[["eq","$key"]]})",
           "{" + time + R"(,"conditions":[["eq","key","dog"]]})",
           "{" + time + R"(,"conditions":[["eq","$","dog"]]})",
           "{" + time + R"(,"conditions":[["like","$key","dog"]]})",
           "{" + time + R"(,"conditions":[["content-length-range",1]]})",
           "{" + time + R"(,"conditions":[["content-length-range",-1,2]]})",
           "{" + time + R"(,"conditions":[["content-length-range",1,"2 "]]})",
           "{" + time + R"(,"conditions":[["content-length-range",1,2.5]]})",
       }) {
    const auto refused = parse(json);
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().code, "InvalidPolicyDocument") << json;
    EXPECT_EQ(refused.error().status, 400) << json;
  }
  EXPECT_FALSE(PostPolicy::parse("not base64"));
}

TEST(ExpandFileName, PutsTheNameOfTheFileIntoTheFields) {
  base::Fields fields{{"key", "a/${filename}/${filename}"}, {"x-amz-meta-name", "${filename}"}};
  expand_file_name(fields, "${filename}.jpg");
  EXPECT_EQ(fields[0].value, "a/${filename}.jpg/${filename}.jpg");
  EXPECT_EQ(fields[1].value, "${filename}.jpg");
}

TEST(FileSize, IsRefusedWithTheSizesInTheDetails) {
  EXPECT_EQ(file_too_large(9, {1, 8}).details,
            (Document{{"ProposedSize", "9"}, {"MaxSizeAllowed", "8"}}));
  EXPECT_EQ(file_too_small(1, {2, 8}).details,
            (Document{{"ProposedSize", "1"}, {"MinSizeAllowed", "2"}}));
}

}  // namespace
}  // namespace kennel::wire
