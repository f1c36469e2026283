#include "jobs/inputs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "objects/tests/object_store.h"

namespace kennel::jobs {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(PathBelow, IsWhatTheKeyHasBeyondThePrefix) {
  EXPECT_EQ(path_below("train", "train/n1/a.jpg"), "n1/a.jpg");
  EXPECT_EQ(path_below("train/", "train/n1/a.jpg"), "n1/a.jpg");
  EXPECT_EQ(path_below("", "a.jpg"), "a.jpg");
  EXPECT_EQ(path_below("train/a.jpg", "train/a.jpg"), "a.jpg");
}

TEST(PathBelow, NeverLeavesItsFolder) {
  for (const char* key : {"a/../../b", "a/./b", "a//b", "..", "a/", "."}) {
    EXPECT_FALSE(path_below("", key)) << key;
  }
  EXPECT_FALSE(path_below("", std::string(300, 'x')));
}

TEST(Shard, IsEverySoManythFileAndTogetherAllOfThem) {
  std::vector<InputFile> files;
  for (const char* name : {"a", "b", "c", "d", "e"}) files.push_back({.path = name});
  std::size_t count = 0;
  for (int instance = 0; instance < 3; ++instance) count += shard_of(files, instance, 3).size();
  EXPECT_EQ(count, files.size());
  EXPECT_EQ(shard_of(files, 1, 3)[1].path, "e");
}

TEST(Manifest, IsRefusedHoweverDeepItIs) {
  std::string text = R"([{"prefix": "s3://dogs/"}, )";
  text += std::string(1'000'000, '[') + std::string(1'000'000, ']') + "]";
  EXPECT_THAT(parse_manifest(text, "s3://dogs/list").error().message,
              HasSubstr("its entry 1 is no text"));
}

TEST(Manifest, IsRefusedWithANameThatIsNoKey) {
  std::string name = "b";
  while (name.size() <= 1024) name.insert(0, "a/");
  const std::string text = fmt::format(R"([{{"prefix": "s3://dogs/"}}, "{}"])", name);
  EXPECT_THAT(parse_manifest(text, "s3://dogs/list").error().message,
              HasSubstr("cannot be a file"));
}

class InputsTest : public testing::Test {
 protected:
  base::Result<std::vector<InputFile>> find(const std::string& key,
                                            DataKind kind = DataKind::kPrefix,
                                            const std::string& bucket = "dogs") {
    return inputs_.find(job_, {.name = "train", .data = {bucket, key}, .kind = kind});
  }

  std::vector<std::string> paths(const std::string& key, DataKind kind = DataKind::kPrefix) {
    std::vector<std::string> all;
    const auto found = find(key, kind);
    for (const InputFile& file : found.value()) all.push_back(file.path);
    return all;
  }

  std::string content(const std::string& path) {
    std::ifstream file(folder_ / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  objects::ObjectStore<objects::OnDisk> store_{};
  Inputs inputs_{
      {store_.place.records, store_.blobs, store_.buckets, store_.objects, store_.place.disk},
      "us-east-1"};
  TrainingJob job_{.name = "job", .role_arn = "arn:role", .output = {"models", ""}};
  base::Path folder_ = store_.place.folder / "job";
  const std::function<bool()> go_on_ = [] { return false; };
};

TEST_F(InputsTest, AreTheObjectsOfAPrefixWithoutItsFolders) {
  for (const char* key : {"train/", "train/b.jpg", "train/n/a.jpg", "valid/c.jpg"}) {
    ASSERT_TRUE(store_.put(key, "woof"));
  }
  EXPECT_THAT(paths("train/"), ElementsAre("b.jpg", "n/a.jpg"));
}

TEST_F(InputsTest, AreWhatAManifestNames) {
  ASSERT_TRUE(store_.put("photos/a.jpg", "woof"));
  ASSERT_TRUE(store_.put("list", R"([{"prefix": "s3://dogs/photos/"}, "a.jpg", "n/b.jpg"])"));
  EXPECT_THAT(paths("list", DataKind::kManifest), ElementsAre("a.jpg", "n/b.jpg"));
  ASSERT_TRUE(store_.put("bad", R"([{"prefix": "s3://dogs/"}, "../a"])"));
  EXPECT_THAT(find("bad", DataKind::kManifest).error().message, HasSubstr("cannot be a file"));
  ASSERT_TRUE(store_.put("worse", "{"));
  EXPECT_THAT(find("worse", DataKind::kManifest).error().message, HasSubstr("is no manifest"));
}

TEST_F(InputsTest, SayWhatIsMissingInSageMakersWords) {
  for (const auto& [bucket, key] : {std::pair("dogs", "none/"), std::pair("cats", "")}) {
    const auto found = find(key, DataKind::kPrefix, bucket);
    EXPECT_EQ(found.error().kind, ErrorKind::kInvalid);
    EXPECT_THAT(found.error().message, HasSubstr("No S3 objects found under S3 URL"));
  }
}

TEST_F(InputsTest, RefuseAFileThatIsAFolderAsWell) {
  ASSERT_TRUE(store_.put("train/a", "woof"));
  ASSERT_TRUE(store_.put("train/a/b", "woof"));
  EXPECT_THAT(find("train/").error().message, HasSubstr("clashes with it"));
}

TEST_F(InputsTest, AreFurtherNamesOfTheirBlobsAndTellTheirDigests) {
  ASSERT_TRUE(store_.put("train/n/a.jpg", "woof"));
  const auto digests =
      inputs_.place(find("train/").value(), folder_, {.links = true, .stopped = go_on_});
  EXPECT_THAT(digests.value(),
              ElementsAre(Pair("n/a.jpg", base::sha256(base::as_bytes("woof")).hex())));
  EXPECT_EQ(content("n/a.jpg"), "woof");
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "n/a.jpg").c_str(), &status), 0);
  EXPECT_EQ(status.st_nlink, 2U);
}

TEST_F(InputsTest, AreCopiesWhereAsked) {
  ASSERT_TRUE(store_.put("train/a.jpg", "woof"));
  ASSERT_TRUE(inputs_.place(find("train/").value(), folder_, {.links = false, .stopped = go_on_}));
  std::ofstream(folder_ / "a.jpg") << "other";
  EXPECT_EQ(store_.read("train/a.jpg").value(), "woof");
}

TEST_F(InputsTest, AreCopiedTogetherWhereTheyLieInSeveralBlobs) {
  const objects::Upload upload = store_.begin_upload("train/a.jpg");
  ASSERT_TRUE(store_.put("bark", "bark"));
  ASSERT_TRUE(store_.copy_part(upload, 1, "bark", 3));
  ASSERT_TRUE(store_.complete(upload));
  const auto digests =
      inputs_.place(find("train/").value(), folder_, {.links = true, .stopped = go_on_});
  EXPECT_TRUE(digests->empty());
  EXPECT_EQ(content("a.jpg"), "barkbarkbark");
}

TEST_F(InputsTest, EndWhereTheJobIsToStop) {
  ASSERT_TRUE(store_.put("train/a.jpg", "woof"));
  const std::function<bool()> stop = [] { return true; };
  EXPECT_EQ(
      inputs_.place(find("train/").value(), folder_, {.links = true, .stopped = stop}).error().kind,
      ErrorKind::kInterrupted);
}

TEST_F(InputsTest, WarnOfABucketsRootThatHasWhatJobsWrote) {
  const Channel whole{.name = "train", .data = {"dogs", ""}};
  const std::vector<InputFile> outputs{{.path = "x", .key = "job-1/output/model.tar.gz"}};
  EXPECT_THAT(warning_of(job_, whole, outputs).value(), HasSubstr("job-1/output/model.tar.gz"));
  EXPECT_FALSE(warning_of(job_, whole, {}));
  job_.output.bucket = "dogs";
  EXPECT_THAT(warning_of(job_, whole, {}).value(), HasSubstr("name a prefix"));
  EXPECT_FALSE(warning_of(job_, {.name = "train", .data = {"dogs", "photos/"}}, outputs));
}

}  // namespace
}  // namespace kennel::jobs
