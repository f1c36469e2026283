#include "wire/demands.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "wire/models/iam/model.h"
#include "wire/models/sts/model.h"

namespace kennel::wire {
namespace {

const Operation& operation_of(const Service& service, std::string_view name) {
  for (const Operation& operation : service.operations) {
    if (operation.name == name) return operation;
  }
  throw std::out_of_range("no such operation");
}

std::vector<access::Demand> demands_of(const Service& service, std::string_view name,
                                       const Document& input) {
  const auto look_up = [](std::string_view what, std::string_view of) {
    return "/" + std::string(what) + "-of-" + std::string(of) + "/";
  };
  return make_demands(operation_of(service, name), input, {"123456789012", "eu-west-1"}, look_up);
}

TEST(Demands, FillInTheAccountAndMembersOrTheirDefaults) {
  const auto demands = demands_of(models::iam::kService, "CreateRole", {{"RoleName", "trainer"}});
  ASSERT_EQ(demands.size(), 1u);
  EXPECT_EQ(demands[0].action, "iam:CreateRole");
  EXPECT_EQ(demands[0].resource, "arn:aws:iam::123456789012:role/trainer");
  EXPECT_TRUE(demands[0].context.empty());
}

TEST(Demands, AskTheRecordsForWhatTheInputDoesNotSay) {
  const auto demands = demands_of(models::iam::kService, "GetRole", {{"RoleName", "trainer"}});
  EXPECT_EQ(demands.at(0).resource, "/role_arn-of-trainer/");
}

TEST(Demands, CarryTagsAsConditionKeys) {
  const auto demands = demands_of(
      models::iam::kService, "CreateRole",
      {{"RoleName", "trainer"},
       {"Path", "/team/"},
       {"Tags", {{{"Key", "team"}, {"Value", "dogs"}}, {{"Key", "stage"}, {"Value", "test"}}}}});
  const auto& context = demands.at(0).context;
  EXPECT_EQ(demands[0].resource, "arn:aws:iam::123456789012:role/team/trainer");
  EXPECT_EQ(context.at("aws:RequestTag/team"), std::vector<std::string>{"dogs"});
  EXPECT_EQ(context.at("aws:TagKeys"), (std::vector<std::string>{"team", "stage"}));
}

TEST(Demands, CarryTagsThatAreAMapAsWell) {
  static constexpr std::array<std::string_view, 2> kContext{"aws:RequestTag/${TagKey}", "{tags}"};
  static constexpr std::array kTemplates{
      DemandTemplate{.action = "logs:TagResource", .resource = "*", .context = kContext}};
  const auto demands = make_demands({.name = "TagResource", .demands = kTemplates},
                                    {{"tags", {{"team", "dogs"}}}}, {"1", "eu-west-1"}, {});
  EXPECT_EQ(demands.at(0).context.at("aws:RequestTag/team"), std::vector<std::string>{"dogs"});
  EXPECT_EQ(demands[0].context.at("aws:TagKeys"), std::vector<std::string>{"team"});
}

TEST(Demands, TakeAWholeArnFromTheInput) {
  const auto demands = demands_of(models::sts::kService, "AssumeRole",
                                  {{"RoleArn", "arn:aws:iam::1:role/x"},
                                   {"RoleSessionName", "me"},
                                   {"ExternalId", "secret-handshake"}});
  EXPECT_EQ(demands.at(0).resource, "arn:aws:iam::1:role/x");
  EXPECT_EQ(demands[0].context.at("sts:ExternalId"), std::vector<std::string>{"secret-handshake"});
  EXPECT_EQ(demands[0].context.at("sts:RoleSessionName"), std::vector<std::string>{"me"});
}

TEST(Demands, AreNoneForWhatNeedsNoPermission) {
  EXPECT_TRUE(demands_of(models::sts::kService, "GetCallerIdentity", Document::object()).empty());
}

}  // namespace
}  // namespace kennel::wire
