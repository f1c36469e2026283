#include "jobs/contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/memory_disk.h"

namespace kennel::jobs {
namespace {

using nlohmann::json;
using testing::IsEmpty;

class ContractTest : public testing::Test {
 protected:
  json written(const std::string& name) {
    const auto file = disk_.open("/job/ml/input/config/" + name);
    if (!file) return nullptr;
    std::string text((*file)->size(), '\0');
    (void)(*file)->read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return json::parse(text);
  }

  base::MemoryDisk disk_;
  TrainingJob job_{.name = "job", .instance_type = "ml.m5.large", .instance_count = 2};
};

TEST_F(ContractTest, TellsTheHyperparametersAsText) {
  job_.hyperparameters = {{"epochs", "3"}, {"name", "Größe \"2\""}};
  write_contract(disk_, "/job/ml", job_, 0, nullptr);
  EXPECT_EQ(written("hyperparameters.json"), (json{{"epochs", "3"}, {"name", "Größe \"2\""}}));
}

TEST_F(ContractTest, TellsWhatTheChannelsAre) {
  job_.channels = {{.name = "train", .content_type = "image/jpeg", .record_wrapper = "RecordIO"},
                   {.name = "test", .distribution = Distribution::kShardedByKey}};
  write_contract(disk_, "/job/ml", job_, 0, nullptr);
  EXPECT_EQ(written("inputdataconfig.json"), json::parse(R"({
    "train": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated",
              "RecordWrapperType": "RecordIO", "ContentType": "image/jpeg"},
    "test": {"TrainingInputMode": "File", "S3DistributionType": "ShardedByS3Key",
             "RecordWrapperType": "None"}})"));
}

TEST_F(ContractTest, HasNoChannelsWhereThereAreNone) {
  write_contract(disk_, "/job/ml", job_, 0, nullptr);
  EXPECT_EQ(written("inputdataconfig.json"), json::object());
  EXPECT_EQ(written("hyperparameters.json"), json::object());
}

TEST_F(ContractTest, TellsAnInstanceWhoItIsAndWhoTheOthersAre) {
  write_contract(disk_, "/job/ml", job_, 1, nullptr);
  EXPECT_EQ(written("resourceconfig.json"), json::parse(R"({
    "current_host": "algo-2",
    "current_instance_type": "ml.m5.large",
    "current_group_name": "homogeneousCluster",
    "hosts": ["algo-1", "algo-2"],
    "instance_groups": [{"instance_group_name": "homogeneousCluster",
                         "instance_type": "ml.m5.large", "hosts": ["algo-1", "algo-2"]}],
    "network_interface_name": "lo"})"));
}

TEST_F(ContractTest, TellsDigestsToWhomTheyAreFor) {
  write_contract(disk_, "/job/ml", job_, 0, nullptr);
  EXPECT_EQ(written("inputdigests.json"), nullptr);
  const InputDigests digests{{"train", {{"n1/a.jpg", "00ff"}}}};
  write_contract(disk_, "/job/ml", job_, 0, &digests);
  EXPECT_EQ(written("inputdigests.json"), json::parse(R"({"train": {"n1/a.jpg": "00ff"}})"));
}

TEST(BelowMl, IsThePathWithoutItsBeginning) {
  EXPECT_EQ(below_ml("/opt/ml/checkpoints"), "checkpoints");
  EXPECT_EQ(below_ml("/opt/ml//my/./own"), "my/own");
  EXPECT_THAT(below_ml("/opt/ml"), IsEmpty());
}

}  // namespace
}  // namespace kennel::jobs
