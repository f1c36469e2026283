#include "access/trust.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace kennel::access {
namespace {

constexpr const char* kService = "sagemaker.amazonaws.com";

bool trusts(const std::string& statements) {
  Role role;
  role.trust_policy = fmt::format(R"({{"Version": "2012-10-17", "Statement": {}}})", statements);
  return trusts_service(role, kService);
}

std::string statement(std::string_view effect, std::string_view principal, std::string_view action,
                      std::string_view more = "") {
  return fmt::format(R"({{"Effect": "{}", "Principal": {}, "Action": {}{}}})", effect, principal,
                     action, more);
}

constexpr const char* kOne = R"({"Service": "sagemaker.amazonaws.com"})";
constexpr const char* kMany = R"({"Service": ["ec2.amazonaws.com", "sagemaker.amazonaws.com"]})";
constexpr const char* kOther = R"({"Service": "ec2.amazonaws.com"})";
constexpr const char* kAssume = R"("sts:AssumeRole")";

TEST(Trust, IsWhatAStatementAllows) {
  EXPECT_TRUE(trusts(statement("Allow", kOne, kAssume)));
  EXPECT_TRUE(trusts(fmt::format("[{}]", statement("Allow", kMany, kAssume))));
  EXPECT_TRUE(trusts(statement("Allow", "\"*\"", "\"sts:*\"")));
  EXPECT_TRUE(trusts(statement("Allow", kOne, R"(["sts:TagSession", "sts:AssumeRole"])")));
}

TEST(Trust, IsNothingElse) {
  EXPECT_FALSE(trusts("[]"));
  EXPECT_FALSE(trusts(statement("Allow", kOther, kAssume)));
  EXPECT_FALSE(trusts(statement("Allow", kOne, "\"sts:TagSession\"")));
  EXPECT_FALSE(trusts(statement("Allow", R"({"AWS": "sagemaker.amazonaws.com"})", kAssume)));
  Role role;
  EXPECT_FALSE(trusts_service(role, kService));
  role.trust_policy = "{";
  EXPECT_FALSE(trusts_service(role, kService));
}

TEST(Trust, EndsWhereAStatementDenies) {
  EXPECT_FALSE(trusts(fmt::format("[{}, {}]", statement("Allow", kOne, kAssume),
                                  statement("Deny", kMany, kAssume))));
  EXPECT_TRUE(trusts(fmt::format("[{}, {}]", statement("Allow", kOne, kAssume),
                                 statement("Deny", kOther, kAssume))));
}

TEST(Trust, IsNotGivenUnderAConditionThatIsNotHeldAgainstAnything) {
  constexpr const char* kCondition =
      R"(, "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}})";
  EXPECT_FALSE(trusts(statement("Allow", kOne, kAssume, kCondition)));
  EXPECT_TRUE(trusts(statement("Allow", kOne, kAssume, R"(, "Condition": {})")));
}

}  // namespace
}  // namespace kennel::access
