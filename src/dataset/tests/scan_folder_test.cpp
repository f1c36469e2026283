#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "base/tests/scratch_folder.h"
#include "dataset/dataset.h"

namespace kennel::dataset {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A folder of files that nobody decodes: only names count here.
class ScanFolder : public testing::Test {
 protected:
  void add(const base::Path& path) {
    std::filesystem::create_directories((root() / path).parent_path());
    disk_.create(root() / path)->append({});
  }
  void add_photos(const base::Path& folder, int count) {
    for (int i = 0; i < count; ++i) add(folder / fmt::format("p{}.jpg", 10 + i));
  }
  void add_folder(const base::Path& folder) {
    std::filesystem::create_directories(root() / folder);
  }
  // Two classes of `count` photos each.
  void add_two_classes(const base::Path& folder, int count) {
    add_photos(folder / "beagle", count);
    add_photos(folder / "poodle", count);
  }
  [[nodiscard]] const base::Path& root() const { return scratch_.path(); }

  [[nodiscard]] Dataset scan(const ScanOptions& options = {}) const {
    auto dataset = scan_folder(root(), options);
    EXPECT_TRUE(dataset) << (dataset ? "" : dataset.error().message);
    return dataset.value_or(Dataset{});
  }
  [[nodiscard]] base::Error error(const ScanOptions& options = {}) const {
    const auto dataset = scan_folder(root(), options);
    EXPECT_FALSE(dataset);
    return dataset ? base::Error{} : dataset.error();
  }
  [[nodiscard]] std::vector<std::string> names(const Dataset& dataset, Split split) const {
    std::vector<std::string> found;
    for (const Sample& sample : dataset.split(split)) {
      found.push_back(sample.path.lexically_relative(root()).string());
    }
    return found;
  }

 private:
  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
};

std::vector<int> count_labels(const std::vector<Sample>& samples) {
  std::vector<int> counts(2);
  for (const Sample& sample : samples) ++counts.at(static_cast<std::size_t>(sample.label));
  return counts;
}

TEST_F(ScanFolder, ReadsTheSplitsThatAreGiven) {
  add_two_classes("train", 2);
  add_two_classes("valid", 1);
  add_two_classes("test", 1);
  const Dataset dataset = scan();
  EXPECT_THAT(dataset.classes, ElementsAre("beagle", "poodle"));
  EXPECT_THAT(names(dataset, Split::kTrain),
              ElementsAre("train/beagle/p10.jpg", "train/beagle/p11.jpg", "train/poodle/p10.jpg",
                          "train/poodle/p11.jpg"));
  EXPECT_THAT(names(dataset, Split::kTest),
              ElementsAre("test/beagle/p10.jpg", "test/poodle/p10.jpg"));
  EXPECT_EQ(dataset.split(Split::kValid)[1].label, 1);
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST_F(ScanFolder, TakesValAndValidationForValid) {
  add_two_classes("train", 1);
  add_two_classes("val", 1);
  EXPECT_EQ(scan().split(Split::kValid).size(), 2U);
  std::filesystem::rename(root() / "val", root() / "validation");
  EXPECT_EQ(scan().split(Split::kValid).size(), 2U);
}

TEST_F(ScanFolder, RefusesTwoFoldersForValid) {
  add_two_classes("train", 1);
  add_two_classes("val", 1);
  add_two_classes("valid", 1);
  EXPECT_THAT(error().message, HasSubstr("has both 'val' and 'valid'"));
}

TEST_F(ScanFolder, SplitsAFlatFolderByClass) {
  add_photos("beagle", 20);
  add_photos("poodle", 40);
  const Dataset dataset = scan();
  EXPECT_THAT(count_labels(dataset.split(Split::kTrain)), ElementsAre(14, 28));
  EXPECT_THAT(count_labels(dataset.split(Split::kValid)), ElementsAre(3, 6));
  EXPECT_THAT(count_labels(dataset.split(Split::kTest)), ElementsAre(3, 6));
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("9 photos split off for valid and 9 for test")));
}

TEST_F(ScanFolder, SplitsValidOffTrainAndSaysSo) {
  add_two_classes("train", 10);
  add_two_classes("test", 1);
  const Dataset dataset = scan();
  EXPECT_THAT(count_labels(dataset.split(Split::kTrain)), ElementsAre(8, 8));
  EXPECT_THAT(count_labels(dataset.split(Split::kValid)), ElementsAre(2, 2));
  EXPECT_EQ(dataset.split(Split::kTest).size(), 2U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("no valid split given: 4 photos split off")));
}

TEST_F(ScanFolder, SaysThatThereIsNoTestSplit) {
  add_two_classes("train", 2);
  add_two_classes("valid", 1);
  const Dataset dataset = scan();
  EXPECT_THAT(dataset.split(Split::kTest), IsEmpty());
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("no test split given")));
}

TEST_F(ScanFolder, SplitsTheSameWayForTheSameSeedOnly) {
  add_two_classes(".", 30);
  const auto valid = names(scan({.seed = 1}), Split::kValid);
  EXPECT_EQ(valid, names(scan({.seed = 1}), Split::kValid));
  EXPECT_NE(valid, names(scan({.seed = 2}), Split::kValid));
}

TEST_F(ScanFolder, KeepsASplitWhenAnotherClassIsAdded) {
  add_two_classes(".", 30);
  const auto before = names(scan(), Split::kTest);
  add_photos("airedale", 30);
  EXPECT_THAT(names(scan(), Split::kTest), testing::IsSupersetOf(before));
}

TEST_F(ScanFolder, LosesAndRepeatsNoPhotoInSplitting) {
  add_two_classes(".", 13);
  const Dataset dataset = scan();
  std::multiset<std::string> seen;
  for (const Split split : kSplits) {
    for (const auto& name : names(dataset, split)) seen.insert(name);
  }
  EXPECT_EQ(seen.size(), 26U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 26U);
}

TEST_F(ScanFolder, NamesTheClassThatIsTooSmallToSplit) {
  add_photos("beagle", 9);
  add_photos("poodle", 1);
  EXPECT_THAT(error().message, AllOf(HasSubstr("'poodle' has 1 photo,"), HasSubstr("add 2 more")));
}

TEST_F(ScanFolder, NeedsTwoPhotosAClassToSplitValidOff) {
  add_two_classes("train", 1);
  EXPECT_THAT(error().message, AllOf(HasSubstr("'beagle' has 1 photo,"), HasSubstr("add 1 more")));
}

TEST_F(ScanFolder, LeavesOnePhotoToTrainOnWhateverTheFractions) {
  add_two_classes(".", 3);
  const Dataset dataset = scan({.valid_fraction = 0.9, .test_fraction = 0.09});
  for (const Split split : kSplits) {
    EXPECT_THAT(count_labels(dataset.split(split)), ElementsAre(1, 1));
  }
}

TEST_F(ScanFolder, RefusesFractionsThatLeaveNothingToTrainOn) {
  add_two_classes(".", 9);
  EXPECT_THAT(error({.valid_fraction = 0.5, .test_fraction = 0.5}).message, HasSubstr("0.5"));
  EXPECT_EQ(error({.valid_fraction = 0}).kind, base::ErrorKind::kInvalid);
  EXPECT_EQ(error({.test_fraction = -0.1}).kind, base::ErrorKind::kInvalid);
}

TEST_F(ScanFolder, AllowsAClassWithOnePhotoWhereSplitsAreGivenAndSaysSo) {
  add_photos("train/beagle", 1);
  add_photos("train/poodle", 3);
  add_two_classes("valid", 1);
  add_two_classes("test", 1);
  EXPECT_THAT(scan().notes, ElementsAre("only one photo to train on: 'beagle'"));
}

TEST_F(ScanFolder, SaysWhichClassesAreMissingFromASplit) {
  add_two_classes("train", 3);
  add_photos("valid/beagle", 1);
  add_two_classes("test", 1);
  EXPECT_THAT(scan().notes, ElementsAre("no photos in valid: 'poodle'"));
}

TEST_F(ScanFolder, CountsAnEmptyClassFolderInValidAsMissing) {
  add_two_classes("train", 3);
  add_photos("valid/beagle", 1);
  add_folder("valid/poodle");
  EXPECT_THAT(scan().notes, Contains("no photos in valid: 'poodle'"));
}

TEST_F(ScanFolder, RefusesAValidFolderWithoutPhotos) {
  add_two_classes("train", 3);
  add_folder("valid");
  EXPECT_THAT(error().message, HasSubstr("valid holds no photos"));
}

TEST_F(ScanFolder, RefusesAClassThatTrainDoesNotHave) {
  add_two_classes("train", 3);
  add_two_classes("valid", 1);
  add_photos("valid/corgi", 1);
  EXPECT_THAT(error().message, HasSubstr("a class that train does not have: 'corgi'"));
}

TEST_F(ScanFolder, SaysThatAFolderIsMissing) {
  const auto dataset = scan_folder(root() / "dgos");
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.error().kind, base::ErrorKind::kNotFound);
  EXPECT_THAT(dataset.error().message, HasSubstr("dgos"));
}

TEST_F(ScanFolder, RefusesAFile) {
  add("dogs.zip");
  const auto dataset = scan_folder(root() / "dogs.zip");
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.error().kind, base::ErrorKind::kInvalid);
  EXPECT_THAT(dataset.error().message, HasSubstr("is a file"));
}

TEST_F(ScanFolder, RefusesAnEmptyFolder) {
  EXPECT_THAT(error().message, AllOf(HasSubstr("holds no photos"), HasSubstr("DIR/<class>")));
}

TEST_F(ScanFolder, RefusesPhotosWithoutClassFolders) {
  add_photos(".", 3);
  EXPECT_THAT(error().message, HasSubstr("holds 3 files and no class folders"));
}

TEST_F(ScanFolder, RefusesATrainFolderWithoutClassFolders) {
  add_folder("train");
  EXPECT_THAT(error().message, HasSubstr("train holds no photos"));
  add_photos("train", 4);
  EXPECT_THAT(error().message, HasSubstr("train holds 4 files and no class folders"));
}

TEST_F(ScanFolder, TakesATrainFolderOfPhotosAmongOthersForAClass) {
  add_photos("bus", 9);
  add_photos("train", 9);
  EXPECT_THAT(scan().classes, ElementsAre("bus", "train"));
}

TEST_F(ScanFolder, RefusesTestWithoutTrain) {
  add_two_classes("test", 9);
  EXPECT_THAT(error().message, HasSubstr("a folder 'test' but none named 'train'"));
}

TEST_F(ScanFolder, RefusesOneClass) {
  add_photos("beagle", 9);
  EXPECT_THAT(error().message, HasSubstr("one class only ('beagle')"));
}

TEST_F(ScanFolder, RefusesAClassWithoutPhotos) {
  add_two_classes(".", 9);
  add_folder("corgi");
  EXPECT_THAT(error().message, HasSubstr("the class 'corgi' has no photos"));
}

TEST_F(ScanFolder, RefusesClassFoldersThatAreAllEmpty) {
  add_folder("beagle");
  add_folder("poodle");
  EXPECT_THAT(error().message, HasSubstr("2 class folders without a single photo"));
}

TEST_F(ScanFolder, KeepsSpacesAndUtf8InClassNamesAndSortsByBytes) {
  add_photos("épagneul breton", 3);
  add_photos("Zwergpinscher", 3);
  add_photos("柴犬", 3);
  add_photos("beagle", 3);
  EXPECT_THAT(scan().classes, ElementsAre("Zwergpinscher", "beagle", "épagneul breton", "柴犬"));
}

TEST_F(ScanFolder, RefusesClassNamesThatCannotBeALabel) {
  add_two_classes(".", 9);
  add_photos("cor\ngi", 9);
  EXPECT_THAT(error().message, HasSubstr("'cor\\x0agi'"));
}

TEST_F(ScanFolder, PassesOverHiddenFilesAndFolders) {
  add_two_classes(".", 9);
  add("beagle/.DS_Store");
  add_photos(".thumbnails", 5);
  const Dataset dataset = scan();
  EXPECT_THAT(dataset.classes, ElementsAre("beagle", "poodle"));
  EXPECT_THAT(count_labels(dataset.split(Split::kTrain)), ElementsAre(7, 7));
}

TEST_F(ScanFolder, PassesOverReadmesAndTablesWithoutAWord) {
  add_two_classes("train", 2);
  add_two_classes("valid", 1);
  add_two_classes("test", 1);
  for (const char* name : {"README.md", "train/labels.CSV", "train/beagle/notes.txt"}) add(name);
  const Dataset dataset = scan();
  EXPECT_THAT(count_labels(dataset.split(Split::kTrain)), ElementsAre(2, 2));
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST_F(ScanFolder, ListsPhotosWhateverTheirExtension) {
  add_two_classes("train", 1);
  add_two_classes("valid", 1);
  add("train/beagle/photo");
  add("train/beagle/photo.JPG-large");
  EXPECT_THAT(count_labels(scan().split(Split::kTrain)), ElementsAre(3, 1));
}

TEST_F(ScanFolder, SaysThatItPassedOverFoldersInsideClassFolders) {
  add_two_classes(".", 9);
  add_photos("beagle/puppies", 4);
  EXPECT_THAT(scan().notes, Contains(AllOf(HasSubstr("1 folder(s) inside class folders"),
                                           HasSubstr("beagle/puppies"))));
}

TEST_F(ScanFolder, SaysThatItPassedOverFilesBesideClassFolders) {
  add_two_classes("train", 9);
  add("train/stray.jpg");
  EXPECT_THAT(scan().notes, Contains(AllOf(HasSubstr("1 file(s) beside the class folders"),
                                           HasSubstr("stray.jpg"))));
}

TEST_F(ScanFolder, SaysThatItPassedOverFoldersBesideTrain) {
  add_two_classes("train", 9);
  add_photos("unlabelled", 2);
  EXPECT_THAT(scan().notes, Contains(HasSubstr("1 folder(s) beside train")));
}

TEST_F(ScanFolder, FollowsLinks) {
  add_two_classes("elsewhere", 5);
  add_folder("data/train");
  for (const char* name : {"beagle", "poodle"}) {
    std::filesystem::create_directory_symlink(root() / "elsewhere" / name,
                                              root() / "data/train" / name);
  }
  std::filesystem::create_symlink(root() / "elsewhere/beagle/p10.jpg",
                                  root() / "elsewhere/beagle/link.jpg");
  const auto dataset = scan_folder(root() / "data");
  ASSERT_TRUE(dataset);
  EXPECT_THAT(count_labels(dataset->split(Split::kTrain)), ElementsAre(5, 4));
}

TEST_F(ScanFolder, ListsALinkThatLeadsNowhereSoThatItsReaderReportsIt) {
  add_two_classes("train", 1);
  add_two_classes("valid", 1);
  std::filesystem::create_symlink("/nowhere/p.jpg", root() / "train/beagle/gone.jpg");
  EXPECT_THAT(names(scan(), Split::kTrain), Contains("train/beagle/gone.jpg"));
}

TEST(SplitName, IsTheFolderName) {
  EXPECT_EQ(to_name(Split::kTrain), "train");
  EXPECT_EQ(to_name(Split::kTest), "test");
}

}  // namespace
}  // namespace kennel::dataset
