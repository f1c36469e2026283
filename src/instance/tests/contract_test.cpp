#include "instance/contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"

namespace kennel::instance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ContractTest : public testing::Test {
 protected:
  void SetUp() override { disk_.make_folders(config()); }
  void write(const char* name, std::string_view text) {
    base::write_atomically(disk_, config() / name, text);
  }
  [[nodiscard]] base::Path config() const { return scratch_.path() / "input" / "config"; }
  [[nodiscard]] Contract read() const {
    auto contract = read_contract(scratch_.path());
    EXPECT_TRUE(contract) << (contract ? "" : contract.error().message);
    return contract.value_or(Contract{});
  }
  [[nodiscard]] std::string refusal() const {
    const auto contract = read_contract(scratch_.path());
    EXPECT_FALSE(contract);
    return contract ? "" : contract.error().message;
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
};

TEST_F(ContractTest, ReadsHyperparameters) {
  write("hyperparameters.json", R"({"epochs": "3", "momentum": 0.9})");
  EXPECT_THAT(read().hyperparameters,
              ElementsAre(std::pair("epochs", "3"), std::pair("momentum", "0.9")));
}

TEST_F(ContractTest, ReadsChannels) {
  write("inputdataconfig.json",
        R"({"train": {"TrainingInputMode": "File", "S3DistributionType": "ShardedByS3Key"},
            "test": {"S3DistributionType": "FullyReplicated", "RecordWrapperType": "None",
                     "ContentType": "application/x-image"}})");
  const auto contract = read();
  ASSERT_EQ(contract.channels.size(), 2U);
  EXPECT_EQ(contract.channels[0].name, "test");
  EXPECT_EQ(contract.channels[1].folder, scratch_.path() / "input/data/train");
  EXPECT_TRUE(contract.is_sharded(contract.data() / "train/a/1.jpg"));
  EXPECT_FALSE(contract.is_sharded(contract.data() / "test/a/1.jpg"));
  EXPECT_FALSE(contract.is_sharded(contract.data() / "training/a/1.jpg"));
}

TEST_F(ContractTest, IsAlgoOneAloneWhereNothingElseIsSaid) {
  const auto contract = read();
  EXPECT_THAT(contract.hosts, ElementsAre("algo-1"));
  EXPECT_TRUE(contract.is_leader());
  EXPECT_THAT(contract.digests, IsEmpty());
}

TEST_F(ContractTest, CountsItsHosts) {
  write("resourceconfig.json",
        R"({"current_host": "algo-10", "hosts": ["algo-10", "algo-2", "algo-1"]})");
  const auto contract = read();
  EXPECT_THAT(contract.hosts, ElementsAre("algo-1", "algo-2", "algo-10"));
  EXPECT_FALSE(contract.is_leader());
}

TEST_F(ContractTest, ReadsDigestsByPath) {
  const auto digest = base::sha256(base::as_bytes("a photo"));
  write("inputdigests.json", R"({"train": {"a/1.jpg": ")" + digest.hex() + R"("}})");
  const auto contract = read();
  EXPECT_EQ(contract.digests.at((scratch_.path() / "input/data/train/a/1.jpg").native()), digest);
}

TEST_F(ContractTest, RefusesWhatCannotBeRead) {
  const std::pair<const char*, const char*> refused[]{
      {R"({"train": {"TrainingInputMode": "Pipe"}})", "set it to File or FastFile"},
      {R"({"train": {"RecordWrapperType": "RecordIO"}})", "RecordIO is not read"},
      {R"({"train": {"ContentType": "application/x-recordio"}})", "RecordIO is not read"},
      {R"({"../x": {}})", "that is no name of a channel"}};
  for (const auto& [config, reason] : refused) {
    write("inputdataconfig.json", config);
    EXPECT_THAT(refusal(), HasSubstr(reason));
  }
}

TEST_F(ContractTest, RefusesDamagedFiles) {
  for (const char* name : {"hyperparameters.json", "inputdataconfig.json", "resourceconfig.json",
                           "inputdigests.json"}) {
    write(name, "{");
    EXPECT_THAT(refusal(), HasSubstr("is not a JSON object")) << name;
    write(name, "{}");
  }
}

TEST_F(ContractTest, RefusesHostsThatAreNone) {
  for (const char* text : {R"({"hosts": []})", R"({"hosts": ["algo-1"]})", R"({"hosts": "algo-1"})",
                           R"({"hosts": ["algo-1"], "current_host": "algo-2"})",
                           R"({"hosts": ["algo-1", "algo-1"], "current_host": "algo-1"})"}) {
    write("resourceconfig.json", text);
    EXPECT_THAT(refusal(), HasSubstr("does not name the hosts")) << text;
  }
}

TEST_F(ContractTest, RefusesDigestsThatAreNone) {
  for (const char* text :
       {R"({"train": []})", R"({"train": {"a": "12"}})", R"({"train": {"a": 12}})"}) {
    write("inputdigests.json", text);
    EXPECT_THAT(refusal(), HasSubstr("has no digest of")) << text;
  }
}

}  // namespace
}  // namespace kennel::instance
