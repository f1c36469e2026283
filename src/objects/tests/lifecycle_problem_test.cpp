#include "objects/lifecycle_problem.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace kennel::objects {
namespace {

constexpr const char* kMalformed =
    "MalformedXML: The XML you provided was not well-formed or did not validate against our "
    "published schema";

// "code: message"; empty where all is well.
std::string problem_of_rules(const std::string& rules) {
  const auto problem = find_lifecycle_problem(R"({"Rules": [)" + rules + "]}");
  return problem ? problem->code + ": " + problem->message : std::string();
}

std::string problem_of(const std::string& members, const std::string& status = "Enabled") {
  return problem_of_rules(fmt::format(R"({{"Status": "{}", {}}})", status, members));
}

std::string problem_of_filter(const std::string& filter,
                              const std::string& action = R"("Expiration": {"Days": 1})") {
  return problem_of(fmt::format(R"("Filter": {{{}}}, {})", filter, action));
}

std::string problem_of_action(const std::string& action) { return problem_of_filter("", action); }

TEST(LifecycleProblem, IsNoneOfWhatS3Takes) {
  for (const char* action :
       {R"("Expiration": {"Days": 1})", R"("Expiration": {"Date": 1728000000.0})",
        R"("Expiration": {"ExpiredObjectDeleteMarker": true})",
        R"("NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 500})",
        R"("AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7})",
        R"("Transitions": [{"Days": 0, "StorageClass": "GLACIER_IR"}])",
        R"("NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "GLACIER"}])"}) {
    EXPECT_EQ(problem_of_action(action), "") << action;
  }
  for (const char* filter :
       {R"("Prefix": "logs/")", R"("Tag": {"Key": "a", "Value": "b"})",
        R"("ObjectSizeGreaterThan": 0)", R"("ObjectSizeLessThan": 1)",
        R"("And": {"Prefix": "", "ObjectSizeGreaterThan": 1})",
        R"("And": {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]})"}) {
    EXPECT_EQ(problem_of_filter(filter), "") << filter;
  }
  EXPECT_EQ(problem_of(R"("Prefix": "", "Expiration": {"Days": 1})", "Disabled"), "");
}

TEST(LifecycleProblem, IsMalformedXmlWhereTheSchemaDoesNotHold) {
  EXPECT_EQ(problem_of_rules(""), kMalformed);
  EXPECT_EQ(problem_of(R"("Filter": {}, "Expiration": {"Days": 1})", "enabled"), kMalformed);
  EXPECT_EQ(problem_of(R"("Expiration": {"Days": 1})"), kMalformed);
  EXPECT_EQ(problem_of(R"("Filter": {}, "Prefix": "", "Expiration": {"Days": 1})"), kMalformed);
  for (const char* filter :
       {R"("Prefix": "a", "ObjectSizeGreaterThan": 1)", R"("And": {"Prefix": "a"})",
        R"("Prefix": "a", "And": {"Prefix": "a", "ObjectSizeGreaterThan": 1})"}) {
    EXPECT_EQ(problem_of_filter(filter), kMalformed) << filter;
  }
  for (const char* action :
       {R"("Expiration": {})", R"("Expiration": {"Days": 1, "Date": 1728000000.0})",
        R"("Expiration": {"Days": 1, "ExpiredObjectDeleteMarker": true})",
        R"("NoncurrentVersionExpiration": {"NewerNoncurrentVersions": 1})",
        R"("AbortIncompleteMultipartUpload": {})", R"("Transitions": [{"Days": 1}])"}) {
    EXPECT_EQ(problem_of_action(action), kMalformed) << action;
  }
}

TEST(LifecycleProblem, IsMalformedXmlBeyondAThousandRules) {
  const std::string rule = R"({"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}})";
  std::string rules = rule;
  for (int count = 1; count < 1000; ++count) rules += "," + rule;
  EXPECT_EQ(problem_of_rules(rules), "");
  EXPECT_EQ(problem_of_rules(rules + "," + rule), kMalformed);
}

TEST(LifecycleProblem, NamesARuleThatDoesNothing) {
  EXPECT_EQ(problem_of(R"("Filter": {})"),
            "InvalidRequest: At least one action needs to be specified in a rule");
}

TEST(LifecycleProblem, NamesIdsThatAreTooLongOrNotUnique) {
  const auto rule = [](const std::string& id) {
    return fmt::format(
        R"({{"ID": "{}", "Status": "Enabled", "Filter": {{}}, "Expiration": {{"Days": 1}}}})", id);
  };
  EXPECT_EQ(problem_of_rules(rule(std::string(255, 'x'))), "");
  EXPECT_EQ(problem_of_rules(rule(std::string(256, 'x'))),
            "InvalidArgument: ID length should not exceed allowed limit of 255");
  EXPECT_EQ(problem_of_rules(rule("a") + "," + rule("b")), "");
  EXPECT_EQ(problem_of_rules(rule("a") + "," + rule("a")),
            "InvalidArgument: Rule ID must be unique. Found same ID for more than one rule");
}

TEST(LifecycleProblem, NamesCountsThatAreNotPositive) {
  EXPECT_EQ(problem_of_action(R"("Expiration": {"Days": 0})"),
            "InvalidArgument: 'Days' for Expiration action must be a positive integer");
  EXPECT_EQ(problem_of_action(R"("NoncurrentVersionExpiration": {"NoncurrentDays": -1})"),
            "InvalidArgument: 'NoncurrentDays' for NoncurrentVersionExpiration action must be a "
            "positive integer");
  EXPECT_EQ(problem_of_action(R"("NoncurrentVersionExpiration": {"NoncurrentDays": 1,
                "NewerNoncurrentVersions": 0})"),
            "InvalidArgument: 'NewerNoncurrentVersions' for NoncurrentVersionExpiration action "
            "must be a positive integer");
  EXPECT_EQ(problem_of_action(R"("AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 0})"),
            "InvalidArgument: 'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must "
            "be a positive integer");
}

TEST(LifecycleProblem, NamesDatesThatAreNotAtMidnight) {
  constexpr const char* kMessage = "InvalidArgument: 'Date' must be at midnight GMT";
  EXPECT_EQ(problem_of_action(R"("Expiration": {"Date": 1728000001.0})"), kMessage);
  EXPECT_EQ(
      problem_of_action(R"("Transitions": [{"Date": 1728000000.5, "StorageClass": "GLACIER"}])"),
      kMessage);
}

TEST(LifecycleProblem, NamesTransitionsThatComeTooEarly) {
  EXPECT_EQ(problem_of_action(R"("Transitions": [{"Days": 29, "StorageClass": "ONEZONE_IA"}])"),
            "InvalidArgument: 'Days' in Transition action must be greater than or equal to 30 for "
            "storageClass 'ONEZONE_IA'");
}

TEST(LifecycleProblem, NamesFiltersThatAnActionCannotHave) {
  constexpr const char* kTag = R"("Tag": {"Key": "a", "Value": "b"})";
  constexpr const char* kBoth = R"("And": {"Prefix": "a", "Tags": [{"Key": "a", "Value": "b"}]})";
  constexpr const char* kSize = R"("ObjectSizeGreaterThan": 1)";
  constexpr const char* kAbort = R"("AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1})";
  constexpr const char* kMarker = R"("Expiration": {"ExpiredObjectDeleteMarker": false})";
  EXPECT_EQ(problem_of_filter(kTag, kAbort),
            "InvalidRequest: AbortIncompleteMultipartUpload cannot be specified with Tags.");
  EXPECT_EQ(problem_of_filter(kBoth, kAbort),
            "InvalidRequest: AbortIncompleteMultipartUpload cannot be specified with Tags.");
  EXPECT_EQ(problem_of_filter(kSize, kAbort),
            "InvalidRequest: AbortIncompleteMultipartUpload cannot be specified with Object Size.");
  EXPECT_EQ(problem_of_filter(kTag, kMarker),
            "InvalidRequest: ExpiredObjectDeleteMarker cannot be specified with Tags.");
  EXPECT_EQ(problem_of_filter(kSize, kMarker),
            "InvalidRequest: ExpiredObjectDeleteMarker cannot be specified with Object Size.");
}

TEST(LifecycleProblem, NamesFiltersThatMakeNoSense) {
  EXPECT_EQ(problem_of_filter(R"("And": {"Tags": [{"Key": "a", "Value": "b"},
                {"Key": "a", "Value": "c"}]})"),
            "InvalidRequest: Duplicate Tag Keys are not allowed.");
  EXPECT_EQ(problem_of_filter(R"("ObjectSizeLessThan": 0)"),
            "InvalidRequest: 'ObjectSizeLessThan' should be between 1 and 1099511627776000.");
  EXPECT_EQ(problem_of_filter(R"("ObjectSizeGreaterThan": -1)"),
            "InvalidRequest: 'ObjectSizeGreaterThan' should be between 0 and 1099511627776000.");
  EXPECT_EQ(problem_of_filter(R"("And": {"ObjectSizeGreaterThan": 5, "ObjectSizeLessThan": 5})"),
            "InvalidRequest: 'ObjectSizeLessThan' has to be a value greater than "
            "'ObjectSizeGreaterThan'.");
}

TEST(LifecycleProblem, KeepsTheTwoFormsOfRulesApart) {
  const std::string first = R"({"Status": "Enabled", "Prefix": "a", "Expiration": {"Days": 1}})";
  const std::string second = R"({"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}})";
  EXPECT_EQ(problem_of_rules(first + "," + second),
            "InvalidRequest: Filter element can only be used in Lifecycle V2.");
  EXPECT_EQ(problem_of_rules(second + "," + first),
            "InvalidRequest: Base level prefix cannot be used in Lifecycle V2, prefixes are only "
            "supported in the Filter.");
  EXPECT_EQ(problem_of(R"("Prefix": "", "NoncurrentVersionExpiration": {"NoncurrentDays": 1,
                "NewerNoncurrentVersions": 1})"),
            "InvalidRequest: NewerNoncurrentVersions element can only be used in Lifecycle V2.");
}

TEST(LifecycleProblem, NamesPrefixesOfTheFirstFormThatOverlap) {
  const auto rule = [](const char* prefix, const char* action) {
    return fmt::format(R"({{"Status": "Enabled", "Prefix": "{}", {}}})", prefix, action);
  };
  constexpr const char* kExpire = R"("Expiration": {"Days": 1})";
  constexpr const char* kAbort = R"("AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1})";
  EXPECT_EQ(problem_of_rules(rule("", kExpire) + "," + rule("a", kExpire)),
            "InvalidRequest: Found overlapping prefixes '' and 'a' for same action type "
            "'Expiration'");
  EXPECT_EQ(problem_of_rules(rule("", kExpire) + "," + rule("a", kAbort)), "");
  EXPECT_EQ(problem_of_rules(rule("b", kExpire) + "," + rule("a", kExpire)), "");
}

}  // namespace
}  // namespace kennel::objects
