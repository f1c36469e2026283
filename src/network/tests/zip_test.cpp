#include "network/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace kennel::network {
namespace {

using base::as_bytes;
using base::as_text;
using base::Bytes;
using testing::HasSubstr;

// Places in the central header of a directory with one member, from its start.
constexpr std::size_t kFlags = 8;
constexpr std::size_t kMethod = 10;
constexpr std::size_t kPackedSize = 20;
constexpr std::size_t kOffset = 42;

Bytes small_archive() {
  ZipWriter archive(512);
  archive.add("a.txt", as_bytes("hello"));
  return archive.finish();
}

std::size_t directory_of(const Bytes& archive) { return as_text(archive).find("PK\x01\x02"); }

std::string reason_of(const Bytes& archive) {
  const auto members = read_zip(archive);
  if (!members) return members.error().message;
  const auto bytes = get_intact(*members, members->begin()->first);
  return bytes ? "accepted" : bytes.error().message;
}

Bytes with(Bytes archive, std::size_t place, std::uint32_t value, std::size_t width) {
  std::memcpy(archive.data() + directory_of(archive) + place, &value, width);
  return archive;
}

TEST(Zip, ReadsWhatItWrote) {
  ZipWriter archive(512);
  archive.add("a", as_bytes("hello"));
  archive.add("folder/b", {});
  const Bytes bytes = archive.finish();
  const auto members = read_zip(bytes);
  ASSERT_TRUE(members) << members.error().message;
  EXPECT_EQ(as_text(*get_intact(*members, "a")), "hello");
  EXPECT_EQ(as_text(*get_intact(*members, "folder/b")), "");
  EXPECT_EQ((members->at("a").bytes.data() - bytes.data()) % 64, 0);
}

TEST(Zip, FindsItsEndBeforeAComment) {
  Bytes archive = small_archive();
  archive[archive.size() - 2] = 3;
  for (const char letter : {'P', 'K', '\x05'}) archive.push_back(static_cast<std::uint8_t>(letter));
  EXPECT_TRUE(read_zip(archive));
}

TEST(Zip, RefusesWhatPyTorchNeverWrites) {
  EXPECT_THAT(reason_of(with(small_archive(), kFlags, 1, 2)), HasSubstr("'a.txt' in the archive is "
                                                                        "encrypted"));
  EXPECT_THAT(reason_of(with(small_archive(), kMethod, 8, 2)),
              HasSubstr("'a.txt' in the archive is compressed (method 8)"));
  EXPECT_THAT(reason_of(with(small_archive(), kPackedSize, 4, 4)), HasSubstr("two sizes"));
}

TEST(Zip, RefusesPlacesOutsideTheFile) {
  EXPECT_THAT(reason_of(with(small_archive(), kOffset, 0xfffffff0, 4)), HasSubstr("outside"));
  EXPECT_THAT(reason_of(with(small_archive(), kOffset, 7, 4)), HasSubstr("no member"));
  Bytes large = with(small_archive(), kPackedSize, 0xfffffff0, 4);
  EXPECT_THAT(reason_of(with(large, kPackedSize + 4, 0xfffffff0, 4)), HasSubstr("truncated"));
  // "The 64-bit record has it", and there is none.
  EXPECT_THAT(reason_of(with(small_archive(), kOffset, 0xffffffff, 4)), HasSubstr("outside"));
}

TEST(Zip, RefusesMembersThatShareBytes) {
  ZipWriter archive(512);
  archive.add("a", as_bytes("hello"));
  archive.add("b", as_bytes("hello"));
  Bytes bytes = archive.finish();
  const std::size_t second = as_text(bytes).rfind("PK\x01\x02");
  std::memset(bytes.data() + second + kOffset, 0, 4);
  bytes[second + 46] = 'a';  // its name is that of the member it points at
  EXPECT_THAT(reason_of(bytes), HasSubstr("two members called 'a'"));
  bytes[second + 46] = 'b';
  EXPECT_THAT(reason_of(bytes), HasSubstr("'a' is called 'b' in the directory"));
}

TEST(Zip, RefusesAMemberInsideAnother) {
  ZipWriter inner(512);
  inner.add("b", as_bytes("x"));
  const Bytes inner_bytes = inner.finish();
  ZipWriter archive(512);
  archive.add("a", inner_bytes);
  archive.add("b", as_bytes("x"));
  Bytes bytes = archive.finish();
  const std::size_t second = as_text(bytes).rfind("PK\x01\x02");
  const std::uint32_t nested = 64;  // where the data of "a" starts
  ASSERT_EQ(std::memcmp(bytes.data() + nested, "PK\x03\x04", 4), 0);
  std::memcpy(bytes.data() + second + kOffset, &nested, 4);
  EXPECT_THAT(reason_of(bytes), HasSubstr("overlap"));
}

TEST(Zip, IsDamagedWhereverItIsCut) {
  const Bytes archive = small_archive();
  for (std::size_t size = 0; size < archive.size(); ++size) {
    const Bytes cut(archive.begin(), archive.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(reason_of(cut), HasSubstr("truncated")) << size;
  }
}

}  // namespace
}  // namespace kennel::network
