#include "access/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "access/managed_policies.h"
#include "store/memory_records.h"

namespace kennel::access {
namespace {

const std::string kAdministratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

Role make_role(const std::string& name, const std::string& path = "/") {
  Role role;
  role.name = name;
  role.path = path;
  role.id = "AROA" + name;
  role.trust_policy = "{}";
  role.created = TimePoint(std::chrono::seconds(1'700'000'000));
  role.tags = {{"team", "dogs"}};
  return role;
}

Policy make_policy(const std::string& name) {
  Policy policy;
  policy.name = name;
  policy.path = "/";
  policy.arn = "arn:aws:iam::123456789012:policy/" + name;
  policy.id = "ANPA" + name;
  policy.document = "{}";
  return policy;
}

class DirectoryTest : public testing::Test {
 protected:
  store::MemoryRecords records_;
  Directory directory_{records_, "123456789012"};
};

TEST_F(DirectoryTest, KeepsARoleAsItWasGiven) {
  Role role = make_role("trainer", "/team/");
  role.description = "trains";
  role.permissions_boundary = kAdministratorAccess;
  role.inline_policies["one"] = "{\"a\":1}";
  ASSERT_TRUE(directory_.create_role(role));
  EXPECT_EQ(directory_.find_role("trainer"), role);
  EXPECT_EQ(directory_.arn_of(role), "arn:aws:iam::123456789012:role/team/trainer");
}

TEST_F(DirectoryTest, TakesNamesThatDifferByCaseOnlyForTheSame) {
  ASSERT_TRUE(directory_.create_role(make_role("Trainer")));
  EXPECT_TRUE(directory_.find_role("TRAINER"));
  const auto second = directory_.create_role(make_role("trainer"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().problem, DirectoryProblem::kExists);
  EXPECT_EQ(second.error().message, "Role with name trainer already exists.");
}

TEST_F(DirectoryTest, SaysWhichRoleIsMissing) {
  EXPECT_EQ(directory_.get_role("nobody").error().message,
            "The role with name nobody cannot be found.");
  EXPECT_EQ(directory_.delete_role("nobody").error().problem, DirectoryProblem::kMissing);
  EXPECT_EQ(directory_.attach_policy("nobody", kAdministratorAccess).error().problem,
            DirectoryProblem::kMissing);
}

TEST_F(DirectoryTest, ListsRolesInPagesByPath) {
  for (int index = 0; index < 25; ++index) {
    const std::string path = index % 2 == 0 ? "/even/" : "/odd/";
    ASSERT_TRUE(directory_.create_role(make_role("role-" + std::to_string(100 + index), path)));
  }
  std::vector<std::string> names;
  std::string after;
  do {
    const auto page = directory_.list_roles("/even/", after, 4);
    EXPECT_LE(page.items.size(), 4u);
    for (const Role& role : page.items) names.push_back(role.name);
    after = page.next;
  } while (!after.empty());
  EXPECT_EQ(names.size(), 13u);
  EXPECT_EQ(names.front(), "role-100");
  EXPECT_EQ(names.back(), "role-124");
}

TEST_F(DirectoryTest, EndsAListThatFillsItsLastPage) {
  for (const char* name : {"a", "b", "c", "d"})
    ASSERT_TRUE(directory_.create_role(make_role(name)));
  const auto page = directory_.list_roles("/", "", 4);
  EXPECT_EQ(page.items.size(), 4u);
  EXPECT_EQ(page.next, "");
}

TEST_F(DirectoryTest, DeletesARoleOnlyOnceNothingHangsOnIt) {
  Role role = make_role("trainer");
  role.inline_policies["one"] = "{}";
  ASSERT_TRUE(directory_.create_role(role));
  ASSERT_TRUE(directory_.attach_policy("trainer", kAdministratorAccess));
  EXPECT_EQ(directory_.delete_role("trainer").error().message,
            "Cannot delete entity, must detach all policies first.");
  ASSERT_TRUE(directory_.detach_policy("trainer", kAdministratorAccess));
  EXPECT_EQ(directory_.delete_role("trainer").error().message,
            "Cannot delete entity, must delete policies first.");
  ASSERT_TRUE(directory_.change_role("trainer", [](Role& changed) -> DirectoryResult<void> {
    changed.inline_policies.clear();
    return {};
  }));
  EXPECT_TRUE(directory_.delete_role("trainer"));
  EXPECT_FALSE(directory_.find_role("trainer"));
}

TEST_F(DirectoryTest, NeverDeletesTheAdministratorsRole) {
  Role role = make_role("kennel-administrator");
  role.is_protected = true;
  ASSERT_TRUE(directory_.create_role(role));
  EXPECT_EQ(directory_.delete_role(role.name).error().problem, DirectoryProblem::kProtected);
}

TEST_F(DirectoryTest, CountsWhoAttachesAPolicy) {
  ASSERT_TRUE(directory_.create_policy(make_policy("own")));
  const std::string own = make_policy("own").arn;
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(directory_.create_role(make_role(name)));
    ASSERT_TRUE(directory_.attach_policy(name, own));
    ASSERT_TRUE(directory_.attach_policy(name, own));  // again: nothing changes
  }
  EXPECT_EQ(directory_.count_uses(own).attachments, 2);
  ASSERT_TRUE(directory_.detach_policy("a", own));
  EXPECT_EQ(directory_.count_uses(own).attachments, 1);
  EXPECT_EQ(directory_.detach_policy("a", own).error().problem, DirectoryProblem::kMissing);
}

TEST_F(DirectoryTest, CountsBoundariesForAsLongAsTheirRoleIsThere) {
  Role role = make_role("bounded");
  role.permissions_boundary = kAdministratorAccess;
  ASSERT_TRUE(directory_.create_role(role));
  EXPECT_EQ(directory_.count_all_uses()[kAdministratorAccess].boundaries, 1);
  ASSERT_TRUE(directory_.delete_role("bounded"));
  EXPECT_TRUE(directory_.count_all_uses().empty());
}

TEST_F(DirectoryTest, FindsAPolicyByItsId) {
  ASSERT_TRUE(directory_.create_policy(make_policy("own")));
  EXPECT_EQ(directory_.find_policy_arn("ANPAown"), make_policy("own").arn);
  const auto managed = directory_.find_policy(kAdministratorAccess);
  EXPECT_EQ(directory_.find_policy_arn(managed->id), kAdministratorAccess);
  EXPECT_EQ(directory_.find_policy_arn("ANPANONE"), std::nullopt);
}

TEST_F(DirectoryTest, AttachesTenPoliciesAtMost) {
  ASSERT_TRUE(directory_.create_role(make_role("a")));
  for (std::size_t index = 0; index < kAttachedPoliciesMax; ++index) {
    const Policy policy = make_policy("p" + std::to_string(index));
    ASSERT_TRUE(directory_.create_policy(policy));
    ASSERT_TRUE(directory_.attach_policy("a", policy.arn));
  }
  const auto eleventh = directory_.attach_policy("a", kAdministratorAccess);
  ASSERT_FALSE(eleventh);
  EXPECT_EQ(eleventh.error().message, "Cannot exceed quota for PoliciesPerRole: 10");
}

TEST_F(DirectoryTest, AttachesOnlyPoliciesThatAreThere) {
  ASSERT_TRUE(directory_.create_role(make_role("a")));
  EXPECT_EQ(directory_.attach_policy("a", "arn:aws:iam::123456789012:policy/none").error().message,
            "Policy arn:aws:iam::123456789012:policy/none does not exist or is not attachable.");
}

TEST_F(DirectoryTest, KeepsOnePolicyOfAName) {
  ASSERT_TRUE(directory_.create_policy(make_policy("own")));
  Policy other = make_policy("OWN");
  other.arn = "arn:aws:iam::123456789012:policy/elsewhere/OWN";
  EXPECT_EQ(directory_.create_policy(other).error().message,
            "A policy called OWN already exists. Duplicate names are not allowed.");
  EXPECT_EQ(directory_.find_policy(other.arn), std::nullopt);
}

TEST_F(DirectoryTest, LosesNoChangeOfTwoWritersAtOnce) {
  ASSERT_TRUE(directory_.create_role(make_role("a")));
  constexpr int kChanges = 100;
  const auto write = [this](const std::string& prefix) {
    for (int index = 0; index < kChanges; ++index) {
      const std::string name = prefix + std::to_string(index);
      EXPECT_TRUE(directory_.change_role("a", [&](Role& role) -> DirectoryResult<void> {
        role.inline_policies[name] = "{}";
        return {};
      }));
    }
  };
  std::thread first(write, "x");
  std::thread second(write, "y");
  first.join();
  second.join();
  EXPECT_EQ(directory_.find_role("a")->inline_policies.size(), 2u * kChanges);
}

}  // namespace
}  // namespace kennel::access
