#include "engine/served_network.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/tests/scratch_folder.h"
#include "engine/compiled_file.h"
#include "engine/served_model.h"
#include "engine/tests/random_images.h"
#include "network/package.h"
#include "network/tests/random_weights.h"

namespace kennel::engine {
namespace {

constexpr int kImages = 3;

std::vector<float> run(ServedNetwork& network, std::uint64_t seed, int count) {
  const auto lane = network.make_lane();
  for (int place = 0; place < count; ++place) {
    std::ranges::copy(random_batch(1, seed++), lane->image(place).begin());
  }
  const auto logits = lane->run(count);
  return {logits.begin(), logits.end()};
}

// A package with random weights, and what its network says of three images.
class ServedNetworkTest : public ::testing::Test {
 protected:
  ServedNetworkTest() {
    package.classes = {"a", "b", "c"};
    package.backbone = "efficientnet-lite0";
    package.hidden = 4;
    const auto* backbone = *network::get_backbone(package.backbone);
    package.weights = network::random_weights(*backbone, network::head_layers(1280, 4, 3), 1);
    network::write_package(disk, path, package, {});
  }

  [[nodiscard]] ServedModelOptions options() const {
    return {.precision = "f32", .serving = {.batch_max = 4}, .cache = scratch.path() / "cache"};
  }
  [[nodiscard]] ServedModel load() const { return *load_served_model(path, options()); }

  base::ScratchFolder scratch;
  base::PosixDisk disk;
  base::Path path = scratch.path() / "model.tar.gz";
  network::Package package;
};

TEST_F(ServedNetworkTest, GivesABatchWhatItGivesEachAlone) {
  const ServedModel model = load();
  const auto together = run(*model.network, 1, kImages);
  ASSERT_EQ(together.size(), std::size_t{3} * kImages);
  for (std::size_t image = 0; image < kImages; ++image) {
    const auto alone = run(*model.network, 1 + image, 1);
    const auto row = std::span(together).subspan(3 * image, 3);
    EXPECT_LT(relative_difference(alone, row), 1e-4) << image;
  }
}

TEST_F(ServedNetworkTest, ComesOutOfTheCacheAsItWentIn) {
  const ServedModel first = load();
  EXPECT_FALSE(first.from_cache);
  EXPECT_EQ(keep_compiled(disk, first), std::nullopt);
  const ServedModel second = load();
  EXPECT_TRUE(second.from_cache);
  EXPECT_EQ(second.classes, package.classes);
  EXPECT_EQ(second.backbone, package.backbone);
  EXPECT_LT(relative_difference(run(*first.network, 1, 2), run(*second.network, 1, 2)), 1e-5);
}

TEST_F(ServedNetworkTest, IsCompiledAnewWhereItsFileIsNotWhatWasWritten) {
  EXPECT_EQ(keep_compiled(disk, load()), std::nullopt);
  const base::Path kept = load().cache_file;
  const base::Bytes whole = *base::read_file(kept, base::kGiB);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{20}, whole.size() / 2, whole.size() - 1}) {
    base::write_atomically(disk, kept, base::ByteView(whole).first(size));
    EXPECT_FALSE(load().from_cache) << size;
  }
  for (const std::size_t place :
       {std::size_t{9}, std::size_t{40}, whole.size() / 2, whole.size() - 1}) {
    base::Bytes damaged = whole;
    damaged[place] ^= 1;
    base::write_atomically(disk, kept, damaged);
    EXPECT_FALSE(load().from_cache) << place;
  }
  base::write_atomically(disk, kept, whole);
  EXPECT_TRUE(load().from_cache);
}

TEST_F(ServedNetworkTest, IsAnotherOnceThePackageHasChanged) {
  EXPECT_EQ(keep_compiled(disk, load()), std::nullopt);
  package.classes = {"x", "y", "z"};
  network::write_package(disk, path, package, {});
  const ServedModel model = load();
  EXPECT_FALSE(model.from_cache);
  EXPECT_EQ(model.classes[0], "x");
}

TEST_F(ServedNetworkTest, ComesOutOfAFolderThatAPackageWasUnpackedInto) {
  const base::Path folder = scratch.path() / "unpacked";
  network::write_package_files(disk, folder, package, {});
  const auto model = load_served_model(folder, options());
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->classes, package.classes);
  disk.remove(folder / "model.pth");
  EXPECT_EQ(load_served_model(folder, options()).error().kind, base::ErrorKind::kNotFound);
}

TEST_F(ServedNetworkTest, ServesWhereNothingCanBeKept) {
  base::write_atomically(disk, scratch.path() / "cache", std::string_view("no folder"));
  const ServedModel model = load();
  EXPECT_TRUE(keep_compiled(disk, model));
  EXPECT_EQ(run(*model.network, 1, 1).size(), 3);
}

TEST_F(ServedNetworkTest, TheOldestGoWhereTheCacheIsFull) {
  const base::Path folder = scratch.path() / "full";
  disk.make_folders(folder);
  const auto now = std::filesystem::file_time_type::clock::now();
  for (int age = 0; age < 3; ++age) {
    const base::Path file = folder / std::to_string(age);
    base::write_atomically(disk, file, std::string(100, 'x'));
    std::filesystem::last_write_time(file, now - std::chrono::hours(age));
  }
  trim_compiled(disk, folder, 250);
  EXPECT_EQ(disk.list(folder), (std::vector<std::string>{"0", "1"}));
}

}  // namespace
}  // namespace kennel::engine
