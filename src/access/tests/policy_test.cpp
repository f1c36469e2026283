#include "access/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/managed_policies.h"

namespace kennel::access {
namespace {

constexpr const char* kAllowAll =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
constexpr const char* kTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
    R"("Principal":{"Service":["sagemaker.amazonaws.com"]}}]})";

std::string complaint(std::string_view document, PolicyUse use = PolicyUse::kIdentity) {
  const auto result = check_policy_document(document, use);
  return result ? "" : result.error().message;
}

// A policy of one statement, which allows and is otherwise as given.
std::string statement(const std::string& members) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + members + "}]}";
}

TEST(PolicyDocument, IsTakenInEachOfItsUses) {
  EXPECT_EQ(complaint(kAllowAll), "");
  EXPECT_EQ(complaint(kAllowAll, PolicyUse::kSession), "");
  EXPECT_EQ(complaint(kTrust, PolicyUse::kTrust), "");
}

TEST(PolicyDocument, MayHaveEveryMemberThatTheGrammarNames) {
  EXPECT_EQ(complaint(R"({"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"a",
      "Effect":"Deny","NotAction":["s3:Get*"],"NotResource":["arn:aws:s3:::dogs/*"],
      "Condition":{"StringEquals":{"aws:SourceIp":["1.2.3.4"],"x":true}}}]})"),
            "");
}

TEST(PolicyDocument, IsRefusedWhereItIsNotJson) {
  for (const char* text : {"", "{", "nonsense", R"({"Statement":[],"Statement":[]})"}) {
    EXPECT_EQ(complaint(text), "This policy contains invalid Json") << text;
  }
}

TEST(PolicyDocument, IsRefusedWhereItIsATowerOfBrackets) {
  EXPECT_EQ(complaint(std::string(100'000, '[')), "This policy contains invalid Json");
}

struct Refused {
  std::string document;
  PolicyUse use;
  std::string complaint;
};

TEST(PolicyDocument, IsRefusedInIamsWords) {
  const std::string missing_effect = R"({"Statement":[{"Action":"s3:*","Resource":"*"}]})";
  const std::vector<Refused> cases{
      {"[]", PolicyUse::kIdentity, "Syntax errors in policy."},
      {R"({"Version":"2012-10-17"})", PolicyUse::kIdentity, "Missing required field Statement"},
      {R"({"Version":"1999-01-01","Statement":[]})", PolicyUse::kIdentity,
       "Policy document must be version 2012-10-17 or greater."},
      {R"({"Statement":[]})", PolicyUse::kIdentity, "Syntax errors in policy."},
      {R"({"Statement":[],"Extra":1})", PolicyUse::kIdentity, "Syntax errors in policy."},
      {missing_effect, PolicyUse::kIdentity, "Missing required field Effect"},
      {statement(R"("Resource":"*")"), PolicyUse::kIdentity,
       "Policy statement must contain actions."},
      {statement(R"("Action":"s3:*")"), PolicyUse::kIdentity,
       "Policy statement must contain resources."},
      {statement(R"("Action":"GetObject","Resource":"*")"), PolicyUse::kIdentity,
       "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
      {statement(R"("Action":"s3:*","Resource":"bucket")"), PolicyUse::kIdentity,
       "Resource bucket must be in ARN format or \"*\"."},
      {statement(R"("Action":"s3:*","Resource":"*","Principal":"*")"), PolicyUse::kIdentity,
       "Policy document should not specify a principal."},
      {statement(R"("Action":"s3:*","NotAction":"s3:*","Resource":"*")"), PolicyUse::kIdentity,
       "Syntax errors in policy."},
      {statement(R"("Action":"s3:*","Resource":"*","Sort":"x")"), PolicyUse::kIdentity,
       "Syntax errors in policy."},
      {statement(R"("Action":"s3:*","Resource":"*","Condition":{"Bool":"x"})"),
       PolicyUse::kIdentity, "Syntax errors in policy."},
      {statement(R"("Action":"sts:AssumeRole")"), PolicyUse::kTrust,
       "Missing required field Principal"},
      {statement(R"("Action":"s3:*","Principal":"*")"), PolicyUse::kTrust,
       "AssumeRole policy may only specify STS AssumeRole actions."},
      {statement(R"("Action":"sts:AssumeRole","Principal":"*","Resource":"*")"), PolicyUse::kTrust,
       "Has prohibited field Resource"},
      {statement(R"("Action":"sts:AssumeRole","Principal":{"Dog":"x"})"), PolicyUse::kTrust,
       "Invalid principal in policy: \"Dog\""},
  };
  for (const Refused& one : cases) {
    EXPECT_EQ(complaint(one.document, one.use), one.complaint) << one.document;
  }
}

TEST(PolicyDocument, NeedsStatementIdsThatDiffer) {
  EXPECT_EQ(complaint(R"({"Statement":[
      {"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},
      {"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}]})"),
            "Statement IDs (SID) in a single policy must be unique.");
}

TEST(Tags, RepeatAKeyWhateverItsCase) {
  const std::vector<Tag> apart{{"a", "1"}, {"b", "1"}};
  const std::vector<Tag> alike{{"a", "1"}, {"A", "2"}};
  EXPECT_FALSE(has_repeated_key(apart));
  EXPECT_TRUE(has_repeated_key(alike));
}

TEST(ManagedPolicies, KnowWhenTheyWereMade) {
  const auto policy =
      find_managed_policy(std::string(kManagedPolicyPrefix) + "AdministratorAccess");
  // Friday 6 February 2015, 18:39:46 UTC.
  EXPECT_EQ(policy->created, TimePoint(std::chrono::seconds(1'423'247'986)));
}

TEST(ManagedPolicies, HoldWhatPeopleAttach) {
  for (const char* name : {"AdministratorAccess", "AmazonSageMakerFullAccess", "AmazonS3FullAccess",
                           "AWSLambda_FullAccess", "service-role/AWSLambdaBasicExecutionRole"}) {
    const auto policy = find_managed_policy(std::string(kManagedPolicyPrefix) + name);
    ASSERT_TRUE(policy) << name;
    EXPECT_EQ(complaint(policy->document), "") << name;
  }
}

TEST(ManagedPolicies, AreListedWholeInTheOrderOfTheirArns) {
  std::vector<std::string> arns;
  for (std::string after;;) {
    const auto page = list_managed_policies(after, 100);
    for (const Policy& policy : page) arns.push_back(policy.arn);
    if (page.size() < 100) break;
    after = page.back().arn;
  }
  EXPECT_GT(arns.size(), 1000u);
  EXPECT_TRUE(std::ranges::is_sorted(arns));
  EXPECT_EQ(find_managed_policy(std::string(kManagedPolicyPrefix) + "NoSuchPolicy"), std::nullopt);
}

// Our grammar must know all that AWS itself writes.
TEST(ManagedPolicies, PassTheGrammar) {
  for (const Policy& policy : list_managed_policies("", 5000)) {
    EXPECT_EQ(complaint(policy.document), "") << policy.arn;
  }
}

}  // namespace
}  // namespace kennel::access
