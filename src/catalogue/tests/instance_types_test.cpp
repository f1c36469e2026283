#include "catalogue/instance_types.h"

#include <gtest/gtest.h>

#include <set>

namespace kennel::catalogue {
namespace {

TEST(InstanceTypes, AreListedOnceEach) {
  std::set<std::string_view> names;
  for (const InstanceType& type : instance_types()) EXPECT_TRUE(names.insert(type.name).second);
}

TEST(InstanceTypes, SayWhereTheirPriceIsFrom) {
  for (const InstanceType& type : instance_types()) {
    EXPECT_EQ(type.usd_per_hour.has_value(), !type.price_source.empty()) << type.name;
  }
}

TEST(InstanceTypes, AreFoundByTheirWholeName) {
  EXPECT_EQ(find_instance_type("ml.m5.2xlarge")->vcpus, 8);
  EXPECT_FALSE(find_instance_type("ml.m5.2xlarg"));
  EXPECT_FALSE(find_instance_type(""));
}

TEST(InstanceTypes, CostMoreWithSageMakerThanWithEc2) {
  EXPECT_GT(*find_instance_type("ml.m5.xlarge")->usd_per_hour,
            *find_instance_type("m5.xlarge")->usd_per_hour);
}

TEST(GuessedTypes, HaveWhatTheirNameTells) {
  EXPECT_EQ(guess_instance_type("ml.c5.9xlarge")->vcpus, 36);
  EXPECT_EQ(guess_instance_type("ml.r5.large")->memory_gib, 16);
  EXPECT_EQ(guess_instance_type("m6i.xlarge")->vcpus, 4);
}

TEST(GuessedTypes, AgreeWithTheTableWhereBothKnowATypeOfM5) {
  for (const char* name : {"ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge"}) {
    EXPECT_EQ(guess_instance_type(name)->vcpus, find_instance_type(name)->vcpus) << name;
    EXPECT_EQ(guess_instance_type(name)->memory_gib, find_instance_type(name)->memory_gib) << name;
  }
}

TEST(GuessedTypes, AreNoneWhereTheNameTellsNothing) {
  for (const char* name : {"", "ml", "ml.m5", "ml.m5.", "ml.m5.huge", "ml.z9.large",
                           "ml.m5.0xlarge", "ml.m5.-1xlarge"}) {
    EXPECT_FALSE(guess_instance_type(name)) << name;
  }
}

TEST(Cost, IsByTheSecondAndTheInstance) {
  EXPECT_DOUBLE_EQ(*cost_usd("ml.m5.xlarge", 1, std::chrono::hours(1)), 0.23);
  EXPECT_DOUBLE_EQ(*cost_usd("ml.m5.xlarge", 4, std::chrono::seconds(900)), 0.23);
  EXPECT_FALSE(cost_usd("ml.t2.medium", 1, std::chrono::hours(1)));
  EXPECT_FALSE(cost_usd("ml.m99.xlarge", 1, std::chrono::hours(1)));
}

}  // namespace
}  // namespace kennel::catalogue
