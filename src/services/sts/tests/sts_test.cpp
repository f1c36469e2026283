#include "services/sts/sts.h"

#include <gtest/gtest.h>

#include "store/memory_records.h"

namespace kennel::services::sts {
namespace {

const wire::TimePoint kNow(std::chrono::seconds(1'800'000'000));

const access::Directory& with_administrator(access::Directory& directory) {
  access::ensure_administrator_role(directory, kNow);
  return directory;
}

class StsTest : public testing::Test {
 protected:
  StsTest() {
    access::Role role;
    role.name = "trainer";
    role.path = "/team/";
    role.id = "AROATRAINER";
    role.session_max = std::chrono::hours(2);
    EXPECT_TRUE(directory_.create_role(role));
    caller_.arn = "arn:aws:sts::123456789012:assumed-role/boss/me";
    caller_.account = "123456789012";
    caller_.user_id = "AROABOSS:me";
    caller_.administrator = true;
    input_.role_arn = "arn:aws:iam::123456789012:role/team/trainer";
    input_.role_session_name = "run-1";
  }

  wire::Outcome<AssumeRoleResponse> assume() { return sts_.handle(AssumeRole{}, call_, input_); }

  store::MemoryRecords records_;
  access::Directory directory_{records_, "123456789012"};
  access::Credentials credentials_{with_administrator(directory_), {}, {"AKIA", "secret"}};
  Sts sts_{directory_, credentials_};
  access::Caller caller_;
  wire::Call call_{caller_, "us-east-1", "request", "127.0.0.1", kNow};
  AssumeRoleRequest input_;
};

TEST_F(StsTest, TellsTheCallerWhoHeIs) {
  const auto answer = sts_.handle(GetCallerIdentity{}, call_, {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->arn, caller_.arn);
  EXPECT_EQ(answer->account, "123456789012");
  EXPECT_EQ(answer->user_id, "AROABOSS:me");
}

TEST_F(StsTest, GivesCredentialsThatAreKnownUntilTheyExpire) {
  const auto answer = assume();
  ASSERT_TRUE(answer) << answer.error().message;
  const Credentials& given = *answer->credentials;
  EXPECT_EQ(given.expiration, kNow + std::chrono::hours(1));
  const auto known = credentials_.find(given.access_key_id, given.session_token, kNow);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->secret, given.secret_access_key);
  EXPECT_EQ(known->caller.arn, answer->assumed_role_user->arn);
  EXPECT_EQ(answer->assumed_role_user->assumed_role_id, "AROATRAINER:run-1");
}

TEST_F(StsTest, TakesARoleWithTheWrongPathForMissing) {
  input_.role_arn = "arn:aws:iam::123456789012:role/trainer";
  EXPECT_EQ(assume().error().code, "AccessDenied");
  input_.role_arn = "arn:aws:iam::999999999999:role/team/trainer";
  EXPECT_EQ(assume().error().message,
            "User: arn:aws:sts::123456789012:assumed-role/boss/me is not authorized to perform: "
            "sts:AssumeRole on resource: arn:aws:iam::999999999999:role/team/trainer");
}

TEST_F(StsTest, GivesNoLongerSessionThanTheRoleAllows) {
  input_.duration_seconds = 7200;
  EXPECT_TRUE(assume());
  input_.duration_seconds = 7201;
  EXPECT_EQ(assume().error().message,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_F(StsTest, GivesAnHourAtMostToASessionThatAsks) {
  caller_.administrator = false;
  input_.duration_seconds = 3600;
  EXPECT_TRUE(assume());
  input_.duration_seconds = 3601;
  EXPECT_EQ(assume().error().code, "ValidationError");
}

TEST_F(StsTest, ChecksASessionPolicy) {
  input_.policy = "{}";
  EXPECT_EQ(assume().error().code, "MalformedPolicyDocument");
  input_.policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
  const auto answer = assume();
  ASSERT_TRUE(answer);
  EXPECT_GT(answer->packed_policy_size.value_or(0), 0);
}

TEST_F(StsTest, RefusesWhatItCannotHonour) {
  input_.serial_number = "arn:aws:iam::123456789012:mfa/me";
  EXPECT_EQ(assume().error().code, "AccessDenied");
  input_.serial_number.reset();
  input_.tags = std::vector<Tag>{{"a", "1"}, {"A", "2"}};
  EXPECT_EQ(assume().error().code, "InvalidParameterValue");
}

TEST_F(StsTest, HasAFunctionForEveryListedOperation) {
  for (const auto& function : sts_.bind().functions) EXPECT_TRUE(function);
}

}  // namespace
}  // namespace kennel::services::sts
