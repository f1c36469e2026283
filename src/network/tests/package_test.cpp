#include "network/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/tests/scratch_folder.h"
#include "network/archive.h"
#include "network/fold.h"
#include "network/tests/random_weights.h"
#include "network/weights_file.h"

namespace kennel::network {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class PackageTest : public testing::Test {
 protected:
  base::Path path() const { return scratch_.path() / "model.tar.gz"; }

  static Package package() {
    Package package{.classes = {"Beagle", "Größe 2"}, .backbone = "resnet18", .hidden = 4};
    package.provenance["command"] = "kennel train photos";
    package.metrics["valid"]["top1"] = 0.5;
    base::Random random(1);
    for (const auto& layer : head_layers(512, 4, 2)) add_random(package.weights, layer, random);
    package.weights.set("fc.2.bias", Tensor::from_floats({2}, {1, 2}));
    return package;
  }

  // A package with this kennel.json and these weights.
  base::Result<Package> read_with(const std::string& text, base::ByteView weights) {
    write_archive(disk_, path(), {{"kennel.json", base::as_bytes(text)}, {"model.pth", weights}});
    return read_package(path());
  }
  // As `kennel quantize` leaves it.
  static Package quantized_package() {
    auto quantized = package();
    quantized.quantization.emplace();
    const auto folded = without_norms(**get_backbone("resnet18"));
    for (const auto& value : values_to_quantize(folded, {})) {
      quantized.quantization->activations[value] = {-0.1F, 3.3F};
    }
    quantized.quantization->kept = {"conv1"};
    return quantized;
  }

  static base::Bytes weights() { return to_pth(package().weights); }
  static json valid_description() {
    return {{"format", 1},
            {"classes", {"a", "b"}},
            {"backbone", "resnet18"},
            {"head", {{"hidden", 4}}},
            {"files", {{"model.pth", {{"sha256", base::sha256(weights()).hex()}}}}}};
  }
  std::string refusal(const json& description) {
    const auto read = read_with(description.dump(), weights());
    return read ? "accepted" : read.error().message;
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
};

TEST_F(PackageTest, IsAPackageWhenItsFilesArePacked) {
  const PackageGraph graph{base::as_bytes("<net/>"), base::as_bytes("1234")};
  write_package_files(disk_, scratch_.path() / "model", package(), graph);
  write_package(disk_, path(), package(), graph);
  const auto entries = read_archive(path());
  ASSERT_TRUE(entries);
  for (const auto& [name, bytes] : *entries) {
    EXPECT_EQ(base::read_file(scratch_.path() / "model" / name, base::kMiB).value(), bytes) << name;
  }
  EXPECT_EQ(disk_.list(scratch_.path() / "model").size(), entries->size());
}

TEST_F(PackageTest, GivesBackWhatWasWritten) {
  write_package(disk_, path(), package(), {base::as_bytes("<net/>"), base::as_bytes("1234")});
  const auto read = read_package(path());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->classes, package().classes);
  EXPECT_EQ(read->backbone, "resnet18");
  EXPECT_EQ(read->hidden, 4);
  EXPECT_EQ(read->provenance, package().provenance);
  EXPECT_EQ(read->metrics, package().metrics);
  EXPECT_THAT(read->weights.find("fc.2.bias")->floats(), testing::ElementsAre(1, 2));
}

TEST_F(PackageTest, GivesBackItsQuantization) {
  write_package(disk_, path(), quantized_package(), {});
  const auto read = read_package(path());
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(read->quantization);
  EXPECT_EQ(read->quantization->activations, quantized_package().quantization->activations);
  EXPECT_EQ(read->quantization->kept, quantized_package().quantization->kept);
}

TEST_F(PackageTest, RefusesAQuantizationForAnotherBackbone) {
  auto description = valid_description();
  description["quantization"] = to_json(*quantized_package().quantization);
  EXPECT_EQ(refusal(description), "accepted");
  description["quantization"]["activations"]["_conv_stem"] = {0, 1};
  EXPECT_THAT(refusal(description), HasSubstr("resnet18 has no value _conv_stem"));
}

TEST_F(PackageTest, HoldsLabelsAndGraphBeside) {
  write_package(disk_, path(), package(), {base::as_bytes("<net/>"), base::as_bytes("1234")});
  const auto entries = read_archive(path());
  ASSERT_TRUE(entries);
  EXPECT_EQ(base::as_text(entries->at("labels.txt")), "Beagle\nGröße 2\n");
  EXPECT_EQ(base::as_text(entries->at("graph.xml")), "<net/>");
  EXPECT_EQ(base::as_text(entries->at("graph.bin")), "1234");
  const auto description = json::parse(entries->at("kennel.json"));
  EXPECT_EQ(description["head"]["layers"][0]["name"], "fc.0");
  EXPECT_EQ(description["transform"]["filter"], "bilinear");
}

TEST_F(PackageTest, ReadsADescriptionThatIsWhole) {
  EXPECT_EQ(refusal(valid_description()), "accepted");
}

TEST_F(PackageTest, SaysWhichFieldIsMissingOrWrong) {
  for (const char* field : {"format", "classes", "backbone", "head"}) {
    auto description = valid_description();
    description.erase(field);
    EXPECT_THAT(refusal(description), HasSubstr(field));
    description[field] = -1.5;
    EXPECT_THAT(refusal(description), HasSubstr(field));
  }
}

TEST_F(PackageTest, RefusesAnUnknownBackboneOrFormat) {
  auto description = valid_description();
  description["backbone"] = "vgg16";
  EXPECT_THAT(refusal(description), HasSubstr("\"vgg16\""));
  description = valid_description();
  description["format"] = 2;
  EXPECT_THAT(refusal(description), HasSubstr("format is 2"));
}

TEST_F(PackageTest, RefusesAbsurdSizes) {
  auto description = valid_description();
  description["head"]["hidden"] = 1e12;
  EXPECT_THAT(refusal(description), HasSubstr("head.hidden"));
  description = valid_description();
  description["classes"] = json::array();
  EXPECT_THAT(refusal(description), HasSubstr("classes"));
}

TEST_F(PackageTest, RefusesClassNamesThatSteerATerminalOrStandTwice) {
  auto description = valid_description();
  description["classes"] = {"a", "\x1b[31mred"};
  EXPECT_THAT(refusal(description), HasSubstr("classes"));
  description["classes"] = {"a", "a"};
  EXPECT_THAT(refusal(description), HasSubstr("classes"));
  description["classes"] = {"a", ""};
  EXPECT_THAT(refusal(description), HasSubstr("classes"));
}

TEST_F(PackageTest, RefusesADescriptionOfAbsurdLength) {
  auto text = valid_description().dump();
  text += std::string(17 * base::kMiB, ' ');
  EXPECT_THAT(read_with(text, weights()).error().message, HasSubstr("16 MiB"));
}

TEST_F(PackageTest, RefusesClassesThatItsWeightsDoNotHave) {
  auto description = valid_description();
  description["classes"] = {"a", "b", "c"};
  EXPECT_THAT(refusal(description), HasSubstr("fc.2.weight"));
}

TEST_F(PackageTest, RefusesWeightsThatAreNotItsOwn) {
  const auto read = read_with(valid_description().dump(), to_pth(StateDict{}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, base::ErrorKind::kCorrupt);
  EXPECT_THAT(read.error().message, HasSubstr("model.pth"));
}

TEST_F(PackageTest, RefusesADescriptionThatIsNoJsonOrNestsTooDeep) {
  EXPECT_FALSE(read_with("no json", weights()));
  EXPECT_FALSE(read_with(std::string(100000, '['), weights()));
  auto description = valid_description();
  json deep = 1;
  for (int level = 0; level < 70; ++level) deep = json::array({deep});
  description["provenance"] = {{"deep", deep}};
  EXPECT_NE(refusal(description), "accepted");
}

TEST_F(PackageTest, SaysWhatIsMissingFromAForeignArchive) {
  write_archive(disk_, path(), {{"weights.bin", base::as_bytes("x")}});
  const auto read = read_package(path());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("kennel.json"));
  EXPECT_THAT(read.error().message, HasSubstr(path().string()));
}

}  // namespace
}  // namespace kennel::network
