#include "services/iam/iam.h"

#include <gtest/gtest.h>

#include "services/iam/words.h"
#include "store/memory_records.h"

namespace kennel::services::iam {
namespace {

constexpr const char* kTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
    R"("Principal":{"Service":"sagemaker.amazonaws.com"}}]})";
constexpr const char* kAllowAll =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

class IamTest : public testing::Test {
 protected:
  template <class Operation>
  auto ask(const typename Operation::Input& input) {
    return iam_.handle(Operation{}, call_, input);
  }

  void make_role(const std::string& name) {
    CreateRoleRequest input;
    input.role_name = name;
    input.assume_role_policy_document = kTrust;
    ASSERT_TRUE(ask<CreateRole>(input));
  }

  store::MemoryRecords records_;
  access::Directory directory_{records_, "123456789012"};
  Iam iam_{directory_};
  access::Caller caller_;
  wire::Call call_{caller_, "us-east-1", "request", "127.0.0.1",
                   wire::TimePoint(std::chrono::seconds(1'800'000'000))};
};

TEST_F(IamTest, GivesBackARoleAsItWasMade) {
  CreateRoleRequest input;
  input.role_name = "trainer";
  input.path = "/team/";
  input.assume_role_policy_document = kTrust;
  input.description = "trains dogs";
  input.max_session_duration = 7200;
  input.tags = std::vector<Tag>{{"team", "dogs"}};
  ASSERT_TRUE(ask<CreateRole>(input));
  const auto answer = ask<GetRole>({"trainer"});
  ASSERT_TRUE(answer);
  const Role& role = answer->role;
  EXPECT_EQ(role.arn, "arn:aws:iam::123456789012:role/team/trainer");
  EXPECT_EQ(role.description, "trains dogs");
  EXPECT_EQ(role.max_session_duration, 7200);
  EXPECT_EQ(role.assume_role_policy_document, encode_document(kTrust));
  ASSERT_TRUE(role.tags);
  EXPECT_EQ(role.tags->front().value, "dogs");
  EXPECT_EQ(role.role_id.substr(0, 4), "AROA");
}

TEST_F(IamTest, NamesItsErrorsAsIamDoes) {
  make_role("trainer");
  CreateRoleRequest again;
  again.role_name = "TRAINER";
  again.assume_role_policy_document = kTrust;
  EXPECT_EQ(ask<CreateRole>(again).error().code, "EntityAlreadyExists");
  again.role_name = "other";
  again.assume_role_policy_document = "{}";
  EXPECT_EQ(ask<CreateRole>(again).error().code, "MalformedPolicyDocument");
  EXPECT_EQ(ask<GetRole>({"nobody"}).error().code, "NoSuchEntity");
  EXPECT_EQ(ask<GetRole>({"nobody"}).error().status, 404);
  ASSERT_TRUE(ask<PutRolePolicy>({"trainer", "one", kAllowAll}));
  EXPECT_EQ(ask<DeleteRole>({"trainer"}).error().code, "DeleteConflict");
}

TEST_F(IamTest, RefusesATrustPolicyBeyondItsQuota) {
  CreateRoleRequest input;
  input.role_name = "trainer";
  const std::string many(2048, 'x');
  input.assume_role_policy_document = R"({"Id":")" + many + R"(",)" + std::string(kTrust).substr(1);
  EXPECT_EQ(ask<CreateRole>(input).error().code, "LimitExceeded");
  // Blanks do not count.
  input.assume_role_policy_document = std::string(3000, ' ') + kTrust;
  EXPECT_TRUE(ask<CreateRole>(input));
}

TEST_F(IamTest, KeepsInlinePolicies) {
  make_role("trainer");
  ASSERT_TRUE(ask<PutRolePolicy>({"trainer", "b", kAllowAll}));
  ASSERT_TRUE(ask<PutRolePolicy>({"trainer", "a", kAllowAll}));
  EXPECT_EQ(ask<ListRolePolicies>({"trainer"})->policy_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ask<GetRolePolicy>({"trainer", "a"})->policy_document, encode_document(kAllowAll));
  ASSERT_TRUE(ask<DeleteRolePolicy>({"trainer", "a"}));
  EXPECT_EQ(ask<DeleteRolePolicy>({"trainer", "a"}).error().message,
            "The role policy with name a cannot be found.");
}

TEST_F(IamTest, RefusesInlinePoliciesBeyondTheirCommonQuota) {
  make_role("trainer");
  const std::string half =
      R"({"Id":")" + std::string(5200, 'x') + R"(",)" + std::string(kAllowAll).substr(1);
  ASSERT_TRUE(ask<PutRolePolicy>({"trainer", "a", half}));
  const auto second = ask<PutRolePolicy>({"trainer", "b", half});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "LimitExceeded");
  EXPECT_EQ(ask<ListRolePolicies>({"trainer"})->policy_names.size(), 1u);
}

TEST_F(IamTest, ListsAttachedPoliciesInPages) {
  make_role("trainer");
  const std::vector<std::string> arns{
      "arn:aws:iam::aws:policy/AmazonS3FullAccess",
      "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
      "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"};
  for (const std::string& arn : arns) ASSERT_TRUE(ask<AttachRolePolicy>({"trainer", arn}));
  ListAttachedRolePoliciesRequest input{.role_name = "trainer"};
  input.max_items = 2;
  auto page = ask<ListAttachedRolePolicies>(input);
  ASSERT_TRUE(page && page->is_truncated.value_or(false));
  EXPECT_EQ(page->attached_policies->size(), 2u);
  EXPECT_EQ(page->attached_policies->at(1).policy_name, "AmazonSageMakerFullAccess");
  input.marker = page->marker;
  page = ask<ListAttachedRolePolicies>(input);
  EXPECT_FALSE(page->is_truncated.value_or(true));
  EXPECT_EQ(page->attached_policies->size(), 1u);
  input = {.role_name = "trainer", .path_prefix = "/service-role/"};
  EXPECT_EQ(ask<ListAttachedRolePolicies>(input)->attached_policies->size(), 1u);
}

TEST_F(IamTest, GoesOnWithAListWhoseItemsGo) {
  make_role("trainer");
  for (const char* name : {"a", "b", "c"})
    ASSERT_TRUE(ask<PutRolePolicy>({"trainer", name, kAllowAll}));
  ListRolePoliciesRequest input{.role_name = "trainer"};
  input.max_items = 1;
  std::vector<std::string> seen;
  do {
    const auto page = ask<ListRolePolicies>(input);
    ASSERT_TRUE(page);
    for (const std::string& name : page->policy_names) {
      seen.push_back(name);
      ASSERT_TRUE(ask<DeleteRolePolicy>({"trainer", name}));
    }
    input.marker = page->marker;
  } while (input.marker);
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(IamTest, GivesMarkersThatAClientMaySendBack) {
  for (const char* name : {"a", "b"}) {
    CreatePolicyRequest own;
    own.policy_name = name + std::string(127, 'x');
    own.path = "/" + std::string(500, 'p') + "/";
    own.policy_document = kAllowAll;
    ASSERT_TRUE(ask<CreatePolicy>(own));
  }
  ListPoliciesRequest input{.scope = "Local"};
  input.max_items = 1;
  const auto page = ask<ListPolicies>(input);
  ASSERT_TRUE(page && page->marker);
  EXPECT_LE(page->marker->size(), 320u);  // what the model takes
  input.marker = page->marker;
  EXPECT_EQ(ask<ListPolicies>(input)->policies->at(0).policy_name, "b" + std::string(127, 'x'));
}

TEST_F(IamTest, TellsBoundariesFromAttachments) {
  const std::string boundary = "arn:aws:iam::aws:policy/PowerUserAccess";
  CreateRoleRequest role;
  role.role_name = "bounded";
  role.assume_role_policy_document = kTrust;
  role.permissions_boundary = boundary;
  ASSERT_TRUE(ask<CreateRole>(role));
  ListPoliciesRequest input;
  input.policy_usage_filter = "PermissionsBoundary";
  const auto page = ask<ListPolicies>(input);
  ASSERT_EQ(page->policies->size(), 1u);
  EXPECT_EQ(page->policies->at(0).arn, boundary);
  EXPECT_EQ(page->policies->at(0).permissions_boundary_usage_count, 1);
  EXPECT_EQ(page->policies->at(0).attachment_count, 0);
}

TEST_F(IamTest, ListsTheAccountsPoliciesBeforeAwss) {
  CreatePolicyRequest own;
  own.policy_name = "own";
  own.policy_document = kAllowAll;
  ASSERT_TRUE(ask<CreatePolicy>(own));
  ListPoliciesRequest input;
  input.max_items = 1000;
  std::vector<std::string> arns;
  do {
    const auto page = ask<ListPolicies>(input);
    ASSERT_TRUE(page);
    for (const Policy& policy : *page->policies) arns.push_back(*policy.arn);
    input.marker = page->marker;
  } while (input.marker);
  EXPECT_EQ(arns.front(), "arn:aws:iam::123456789012:policy/own");
  EXPECT_GT(arns.size(), 1000u);
  input = {.scope = "Local"};
  EXPECT_EQ(ask<ListPolicies>(input)->policies->size(), 1u);
  input = {.only_attached = true};
  EXPECT_EQ(ask<ListPolicies>(input)->policies->size(), 0u);
}

TEST_F(IamTest, MergesTagsWhateverTheirCase) {
  make_role("trainer");
  ASSERT_TRUE(ask<TagRole>({"trainer", {{"Team", "cats"}, {"stage", "test"}}}));
  ASSERT_TRUE(ask<TagRole>({"trainer", {{"team", "dogs"}}}));
  const auto role = ask<GetRole>({"trainer"});
  ASSERT_EQ(role->role.tags->size(), 2u);
  EXPECT_EQ(role->role.tags->front().value, "dogs");
  EXPECT_EQ(ask<TagRole>({"trainer", {{"a", ""}, {"A", ""}}}).error().code, "InvalidInput");
}

TEST_F(IamTest, RemovesTagsWhateverTheirCase) {
  make_role("trainer");
  ASSERT_TRUE(ask<TagRole>({"trainer", {{"Team", "cats"}, {"stage", "test"}}}));
  ASSERT_TRUE(ask<UntagRole>({"trainer", {"team", "absent"}}));
  const auto role = ask<GetRole>({"trainer"});
  ASSERT_EQ(role->role.tags->size(), 1u);
  EXPECT_EQ(role->role.tags->front().key, "stage");
  EXPECT_EQ(ask<UntagRole>({"nobody", {"a"}}).error().code, "NoSuchEntity");
}

TEST_F(IamTest, RefusesAMarkerThatItDidNotGive) {
  ListRolesRequest input;
  input.marker = "not base64!";
  EXPECT_EQ(ask<ListRoles>(input).error().code, "ValidationError");
}

TEST_F(IamTest, HasAFunctionForEveryListedOperation) {
  for (const auto& function : iam_.bind().functions) EXPECT_TRUE(function);
}

TEST_F(IamTest, KnowsARolesOwnArnForItsDemands) {
  access::Role role;
  role.name = "Trainer";
  role.path = "/team/";
  ASSERT_TRUE(directory_.create_role(role));
  const auto look_up = iam_.bind().look_up;
  EXPECT_EQ(look_up("role_arn", "tRAINER"), "arn:aws:iam::123456789012:role/team/Trainer");
  EXPECT_EQ(look_up("role_arn", "nobody"), "arn:aws:iam::123456789012:role/nobody");
}

}  // namespace
}  // namespace kennel::services::iam
