#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/tests/pickle_program.h"
#include "network/weights_file.h"

namespace kennel::network {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

base::Result<StateDict> parse(const std::string& header, std::size_t data_size) {
  std::string file = program::number(header.size(), 8) + header + std::string(data_size, '\0');
  const auto owner = std::make_shared<const base::Bytes>(file.begin(), file.end());
  return parse_weights(*owner, owner);
}

std::string reason_of(const std::string& header, std::size_t data_size = 8) {
  const auto tensors = parse(header, data_size);
  return tensors ? "accepted" : tensors.error().message;
}

std::string entry(const std::string& shape, const std::string& offsets) {
  return R"({"w":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

TEST(Safetensors, ReadsTensorsInTheOrderOfTheirData) {
  const auto tensors = parse(
      R"({"__metadata__":{"format":"pt"},"module.a":{"dtype":"F32","shape":[2,1],"data_offsets":[3,11]},
          "module.b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})",
      11);
  ASSERT_TRUE(tensors) << tensors.error().message;
  ASSERT_EQ(tensors->entries().size(), 2U);
  EXPECT_EQ(tensors->entries()[0].first, "b");
  EXPECT_EQ(tensors->find("b")->type, DType::kUInt8);
  EXPECT_THAT(tensors->find("a")->shape, ElementsAre(2, 1));
  EXPECT_THAT(tensors->find("a")->floats(), ElementsAre(0, 0));
}

TEST(Safetensors, ReadsATensorWithoutElements) { EXPECT_TRUE(parse(entry("[0,7]", "[0,0]"), 0)); }

TEST(Safetensors, RefusesPlacesThatDoNotFit) {
  EXPECT_THAT(reason_of(entry("[2]", "[0,12]")), HasSubstr("2 elements of float32 in 12 bytes"));
  EXPECT_THAT(reason_of(entry("[3]", "[0,12]")), HasSubstr("names 12 bytes of tensors"));
  EXPECT_THAT(reason_of(entry("[1]", "[4,8]")), HasSubstr("begins at 4"));
  EXPECT_THAT(reason_of(entry("[1]", "[0,4]")), HasSubstr("get it again"));
  EXPECT_THAT(reason_of(entry("[2]", "[8,0]")), HasSubstr("not [begin, end]"));
  EXPECT_THAT(reason_of(entry("[2]", "[0]")), HasSubstr("not [begin, end]"));
  EXPECT_THAT(reason_of(entry("[4294967296,4294967296]", "[0,8]")), HasSubstr("no such tensor"));
  EXPECT_THAT(reason_of(entry("[18446744073709551615]", "[0,8]")), HasSubstr("else than sizes"));
  EXPECT_THAT(reason_of(entry("[-2]", "[0,8]")), HasSubstr("else than sizes"));
  EXPECT_THAT(reason_of(entry("[2.0]", "[0,8]")), HasSubstr("else than sizes"));
}

TEST(Safetensors, RefusesTensorsThatOverlap) {
  EXPECT_THAT(reason_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                            "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"),
              HasSubstr("'b' begins at 4, the tensor before it ends at 8"));
}

TEST(Safetensors, RefusesElementTypesItDoesNotKnow) {
  EXPECT_THAT(reason_of(R"({"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})"),
              HasSubstr("'w' has the element type F8_E4M3"));
  EXPECT_THAT(reason_of(R"({"w":{"shape":[8],"data_offsets":[0,8]}})"), HasSubstr("type none"));
}

TEST(Safetensors, RefusesBadHeaders) {
  EXPECT_THAT(reason_of("{]"), HasSubstr("no JSON object"));
  EXPECT_THAT(reason_of(R"({"w":[1]})"), HasSubstr("'w' is no object"));
  EXPECT_THAT(reason_of(R"({"w":)" + std::string(100'000, '[')), HasSubstr("nested too deeply"));
  EXPECT_THAT(reason_of(R"({"w":1,"w":2})"), HasSubstr("names a tensor twice"));
  EXPECT_THAT(reason_of("{}", 0), HasSubstr("no tensors"));
}

TEST(Safetensors, RefusesAHeaderBeyondTheLimitOrTheFile) {
  const std::string huge = program::number(std::uint64_t{1} << 40, 8) + "{";
  EXPECT_THAT(parse_weights(base::as_bytes(huge), nullptr).error().message,
              HasSubstr("a safetensors header of 1.0 TiB, the limit is 16.0 MiB"));
  const std::string cut = program::number(100, 8) + "{";
  EXPECT_THAT(parse_weights(base::as_bytes(cut), nullptr).error().message, HasSubstr("truncated"));
}

}  // namespace
}  // namespace kennel::network
