#include "dataset/channel_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/tests/scratch_folder.h"

namespace kennel::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Files that nobody decodes: only names count here.
class ChannelListing : public testing::Test {
 protected:
  void add(const base::Path& path, std::string_view content = "") {
    std::filesystem::create_directories((root() / path).parent_path());
    disk_.create(root() / path)->append(base::as_bytes(content));
  }
  void SetUp() override {
    for (const char* name : {"a/1.jpg", "a/2.jpg", "b/1.jpg", "left_out.jpg"}) {
      add(base::Path("train") / name);
    }
  }
  [[nodiscard]] const base::Path& root() const { return scratch_.path(); }

  [[nodiscard]] base::Result<PhotoListing> list(std::initializer_list<const char*> names) const {
    std::vector<Channel> channels;
    for (const char* name : names) channels.push_back({name, root() / name});
    return list_channels(channels);
  }
  [[nodiscard]] std::string refusal(std::initializer_list<const char*> names) const {
    const auto listing = list(names);
    EXPECT_FALSE(listing);
    return listing ? "" : listing.error().message;
  }
  // Of a list that has this one line.
  [[nodiscard]] std::string refusal_of_line(std::string_view line) {
    add("train_lst/train.lst", line);
    return refusal({"train", "train_lst"});
  }

 private:
  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
};

TEST_F(ChannelListing, TakesFoldersWhereThereAreNoLists) {
  const auto listing = list({"train"});
  ASSERT_TRUE(listing);
  ASSERT_THAT(listing->split(Split::kTrain), SizeIs(2));
  EXPECT_EQ(listing->split(Split::kTrain)[0].name, "a");
}

TEST_F(ChannelListing, TakesLabelsFromLists) {
  add("train_lst/train.lst", "5\t10\ta/1.jpg\r\n1\t2.000000\tb/1.jpg\n\n2\t10\ta/2.jpg");
  add("validation/1.jpg");
  add("validation_lst/any name.lst", "0\t2\t1.jpg\n");
  const auto listing = list({"train", "train_lst", "validation", "validation_lst"});
  ASSERT_TRUE(listing) << listing.error().message;
  const auto& train = listing->split(Split::kTrain);
  ASSERT_THAT(train, SizeIs(2));
  EXPECT_EQ(train[0].name, "02");
  EXPECT_THAT(train[0].photos, ElementsAre(root() / "train/b/1.jpg"));
  EXPECT_EQ(train[1].name, "10");
  EXPECT_THAT(train[1].photos, ElementsAre(root() / "train/a/1.jpg", root() / "train/a/2.jpg"));
  ASSERT_THAT(listing->split(Split::kValid), SizeIs(1));
  EXPECT_EQ(listing->split(Split::kValid)[0].name, "02");
  EXPECT_EQ(listing->layout.valid, root() / "validation");
  EXPECT_TRUE(listing->layout.has_splits);
}

TEST_F(ChannelListing, RefusesLinesThatSayNothing) {
  const auto wrong =
      HasSubstr("channel train_lst: train.lst, line 1: should be a number, one label");
  EXPECT_THAT(refusal_of_line("1 0 a/1.jpg"), wrong);
  EXPECT_THAT(refusal_of_line("1\t0"), wrong);
  EXPECT_THAT(refusal_of_line("1\t0\t1\ta/1.jpg"), wrong);
  for (const char* label : {"", "-1", "dog", "0.5", "1x", "100000", "99999999999"}) {
    const auto line = std::string("1\t") + label + "\ta/1.jpg";
    EXPECT_THAT(refusal_of_line(line), HasSubstr("is no label")) << label;
  }
}

TEST_F(ChannelListing, RefusesPhotosThatAreNotInTheChannel) {
  add("other.jpg");
  for (const char* path : {"a/3.jpg", "../other.jpg", "a", "", "/etc/passwd"}) {
    EXPECT_THAT(refusal_of_line(std::string("1\t0\t") + path), HasSubstr("there is no photo"))
        << path;
  }
}

TEST_F(ChannelListing, RefusesListsThatAreNotOne) {
  add("train_lst/README");
  EXPECT_THAT(refusal({"train", "train_lst"}), HasSubstr("train_lst holds 0 .lst files, not one"));
  add("train_lst/1.lst");
  add("train_lst/2.lst");
  EXPECT_THAT(refusal({"train", "train_lst"}), HasSubstr("train_lst holds 2 .lst files, not one"));
}

TEST_F(ChannelListing, RefusesChannelsThatHaveNoOther) {
  EXPECT_THAT(refusal({"train_lst"}), HasSubstr("train_lst has no channel of its photos"));
  EXPECT_THAT(refusal({"train", "train_lst", "validation"}),
              HasSubstr("validation has no channel of its .lst file"));
  EXPECT_THAT(refusal({"test", "test_lst"}), HasSubstr("there is no channel train"));
  EXPECT_THAT(refusal({"train", "train_lst", "training"}), HasSubstr("training is one too many"));
  EXPECT_THAT(refusal({"train", "dogs_lst"}), HasSubstr("dogs_lst is not known"));
}

}  // namespace
}  // namespace kennel::dataset
