#include "dataset/channels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/tests/scratch_folder.h"

namespace kennel::dataset {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Folders of files that nobody decodes: only names count here.
class Channels : public testing::Test {
 protected:
  void add(const base::Path& path) {
    std::filesystem::create_directories((root() / path).parent_path());
    disk_.create(root() / path)->append({});
  }
  void add_two_classes(const base::Path& folder) {
    for (const char* name : {"beagle", "poodle"}) add(folder / name / "1.jpg");
  }
  [[nodiscard]] const base::Path& root() const { return scratch_.path(); }

  [[nodiscard]] base::Result<Layout> find(std::initializer_list<const char*> names) const {
    std::vector<Channel> channels;
    for (const char* name : names) channels.push_back({name, root() / name});
    return find_layout(channels);
  }
  [[nodiscard]] std::string refusal(std::initializer_list<const char*> names) const {
    const auto layout = find(names);
    EXPECT_FALSE(layout);
    return layout ? "" : layout.error().message;
  }

 private:
  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
};

TEST_F(Channels, OneHoldsClasses) {
  add_two_classes("training");
  const auto layout = find({"training"});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->train, root() / "training");
  EXPECT_FALSE(layout->has_splits);
}

TEST_F(Channels, OneHoldsSplitsWhateverItIsCalled) {
  for (const char* split : {"train", "valid", "test"}) {
    add_two_classes(base::Path("dogs") / "dogImages" / split);
  }
  const auto layout = find({"dogs"});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->train, root() / "dogs/dogImages/train");
  EXPECT_EQ(layout->valid, root() / "dogs/dogImages/valid");
  EXPECT_EQ(layout->test, root() / "dogs/dogImages/test");
}

TEST_F(Channels, OneThatHoldsTrainAloneIsSplitFurther) {
  add_two_classes("all/train");
  const auto layout = find({"all"});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->train, root() / "all/train");
  EXPECT_TRUE(layout->has_splits);
  EXPECT_FALSE(layout->valid);
}

TEST_F(Channels, AreSplitsByTheirNames) {
  add_two_classes("train");
  add_two_classes("validation");
  add_two_classes("test");
  const auto layout = find({"test", "train", "validation"});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->train, root() / "train");
  EXPECT_EQ(layout->valid, root() / "validation");
  EXPECT_EQ(layout->test, root() / "test");
}

TEST_F(Channels, TakeTheOtherNamesOfSplits) {
  for (const char* name : {"training", "val", "valid"}) add_two_classes(name);
  EXPECT_EQ(find({"training", "val"})->valid, root() / "val");
  EXPECT_EQ(find({"training", "valid"})->valid, root() / "valid");
}

TEST_F(Channels, SkipACommonFolder) {
  add_two_classes("train/s3/dogs/train");
  add_two_classes("validation/dogs");
  const auto layout = find({"train", "validation"});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->train, root() / "train/s3/dogs/train");
  EXPECT_EQ(layout->valid, root() / "validation/dogs");
}

TEST_F(Channels, DoNotTakeASingleClassForACommonFolder) {
  add_two_classes("train");
  add("validation/beagle/1.jpg");
  EXPECT_EQ(find({"train", "validation"})->valid, root() / "validation");
}

TEST_F(Channels, RefuseToHoldAllSplitsBesideOthers) {
  add_two_classes("train/train");
  add_two_classes("train/test");
  add_two_classes("test");
  EXPECT_THAT(refusal({"train", "test"}), HasSubstr("channel train holds the folders of all"));
}

TEST_F(Channels, RefuseNamesThatSayNothing) {
  add_two_classes("train");
  add_two_classes("model");
  EXPECT_THAT(refusal({"train", "model"}), HasSubstr("channel model is not known"));
}

TEST_F(Channels, RefuseTwoOfOneSplit) {
  for (const char* name : {"train", "val", "valid"}) add_two_classes(name);
  EXPECT_THAT(refusal({"train", "val", "valid"}),
              HasSubstr("channels val and valid are both for valid"));
}

TEST_F(Channels, RefuseToTrainOnNothing) {
  add_two_classes("valid");
  add_two_classes("test");
  EXPECT_THAT(refusal({}), HasSubstr("there is no input channel"));
  EXPECT_THAT(refusal({"valid"}), HasSubstr("a channel valid and none to train on"));
  EXPECT_THAT(refusal({"valid", "test"}), HasSubstr("there is no channel train"));
  EXPECT_THAT(refusal({"train"}), HasSubstr("channel train has no folder"));
}

TEST_F(Channels, RefuseRecordIo) {
  add("train/dogs/train.rec");
  add_two_classes("validation");
  const auto reason = AllOf(HasSubstr("channel train holds RecordIO files (train.rec)"),
                            HasSubstr("upload the photos themselves"));
  EXPECT_THAT(refusal({"train"}), reason);
  EXPECT_THAT(refusal({"train", "validation"}), reason);
}

}  // namespace
}  // namespace kennel::dataset
