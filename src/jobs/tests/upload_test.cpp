#include "jobs/upload.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/tests/scratch_folder.h"

namespace kennel::jobs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;

// A folder of the server's, and what an instance sees as /opt/ml.
class ForeignFilesTest : public testing::Test {
 public:
  ForeignFilesTest() {
    fs::create_directories(secrets);
    fs::create_directories(ml / "output/data");
    write(secrets / "master.key", "secret");
    write(ml / "output/data/report.txt", "fine");
  }

 protected:
  static void write(const base::Path& file, const std::string& text) {
    std::ofstream(file) << text;
  }
  static std::vector<std::string> names(const std::vector<FoundFile>& files) {
    std::vector<std::string> all;
    for (const FoundFile& file : files) all.push_back(file.name);
    return all;
  }

  base::ScratchFolder scratch;
  const base::Path secrets = scratch.path() / "secrets";
  const base::Path ml = scratch.path() / "ml";
};

TEST_F(ForeignFilesTest, AreFoundByTheirPaths) {
  const auto files = find_files({{ml, "output"}});
  ASSERT_THAT(names(files), ElementsAre("data/report.txt"));
  EXPECT_EQ(files[0].size, 4U);
  EXPECT_EQ(read_foreign({ml, "output"}, "data/report.txt", 100), "fine");
  EXPECT_EQ(read_foreign({ml, "output"}, "data/report.txt", 2), "fi");
  EXPECT_THAT(find_files({{ml, "model"}}), IsEmpty());
}

TEST_F(ForeignFilesTest, AreNotThoseThatALinkLeadsTo) {
  fs::create_directory_symlink(secrets, ml / "output/more");
  fs::create_symlink(secrets / "master.key", ml / "output/failure");
  EXPECT_THAT(names(find_files({{ml, "output"}})), ElementsAre("data/report.txt"));
  EXPECT_EQ(read_foreign({ml, "output"}, "failure", 100), std::nullopt);
  EXPECT_EQ(read_foreign({ml, "output"}, "more/master.key", 100), std::nullopt);
}

TEST_F(ForeignFilesTest, AreNotThoseOfAFolderThatWasPutInTheFoldersPlace) {
  fs::create_directory_symlink(secrets, ml / "model");
  EXPECT_THAT(find_files({{ml, "model"}}), IsEmpty());
  EXPECT_EQ(read_foreign({ml, "model"}, "master.key", 100), std::nullopt);
}

TEST_F(ForeignFilesTest, AreNotThoseOfAFolderThatWasPutInTheirParentsPlace) {
  fs::create_directories(secrets / "run");
  write(secrets / "run/key", "secret");
  fs::create_directory_symlink(secrets, ml / "checkpoints");
  EXPECT_THAT(find_files({{ml, "checkpoints/run"}}), IsEmpty());
  EXPECT_EQ(read_foreign({ml, "checkpoints/run"}, "key", 100), std::nullopt);
}

TEST_F(ForeignFilesTest, AreNotLookedForWithoutEnd) {
  base::Path deep = ml / "model";
  for (int i = 0; i < 300; ++i) deep /= "d";
  fs::create_directories(deep);
  write(deep / "far.txt", "x");
  write(ml / "model/d/d/near.txt", "x");
  EXPECT_THAT(names(find_files({{ml, "model"}})), ElementsAre("d/d/near.txt"));
}

}  // namespace
}  // namespace kennel::jobs
