#include <gtest/gtest.h>

#include "base/checksum.h"
#include "objects/checksums.h"
#include "objects/uploads.h"

namespace kennel::objects {
namespace {

constexpr const char* kAlgorithms[] = {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"};

base::Bytes sum(const std::string& algorithm, std::string_view text) {
  return base::Checksum(*find_checksum_algorithm(algorithm)).update(base::as_bytes(text)).finish();
}

std::vector<ObjectPart> parts_of(const std::string& algorithm,
                                 const std::vector<std::string>& texts) {
  std::vector<ObjectPart> parts;
  for (const std::string& text : texts) {
    parts.push_back({.number = static_cast<std::uint32_t>(parts.size() + 1),
                     .size = text.size(),
                     .checksum = base::to_base64(sum(algorithm, text))});
  }
  return parts;
}

TEST(JoinChecksums, GivesACompositeOfTheParts) {
  for (const std::string algorithm : kAlgorithms) {
    const auto joined =
        join_checksums(algorithm, kComposite, parts_of(algorithm, {"one", "two", ""}));
    ASSERT_TRUE(joined) << algorithm;
    std::string sums;
    for (const char* text : {"one", "two", ""}) sums += base::as_text(sum(algorithm, text));
    EXPECT_EQ(joined->value, base::to_base64(sum(algorithm, sums)) + "-3");
    EXPECT_EQ(joined->algorithm, algorithm);
    EXPECT_EQ(joined->type, "COMPOSITE");
  }
}

TEST(JoinChecksums, GivesTheCrcOfTheWhole) {
  const std::string large(70'000, 'x');
  for (const std::string algorithm : {"CRC32", "CRC32C", "CRC64NVME"}) {
    const auto joined =
        join_checksums(algorithm, kFullObject, parts_of(algorithm, {"one", large, "", "two"}));
    ASSERT_TRUE(joined) << algorithm;
    EXPECT_EQ(joined->value, base::to_base64(sum(algorithm, "one" + large + "two")));
    EXPECT_EQ(joined->type, "FULL_OBJECT");
    EXPECT_EQ(join_checksums(algorithm, kFullObject, parts_of(algorithm, {"one"}))->value,
              base::to_base64(sum(algorithm, "one")));
  }
}

TEST(JoinChecksums, GivesNoneWhereAPartHasNone) {
  for (const std::string type : {kFullObject, kComposite}) {
    auto parts = parts_of("CRC32", {"one", "two"});
    parts[1].checksum.clear();
    EXPECT_FALSE(join_checksums("CRC32", type, parts));
    EXPECT_FALSE(join_checksums("", type, parts));
    EXPECT_FALSE(join_checksums("MD5", type, parts));
  }
}

TEST(JoinChecksums, KnowsNoHashOfTheWhole) {
  for (const std::string algorithm : {"SHA1", "SHA256"}) {
    EXPECT_FALSE(join_checksums(algorithm, kFullObject, parts_of(algorithm, {"one", "two"})));
  }
}

}  // namespace
}  // namespace kennel::objects
