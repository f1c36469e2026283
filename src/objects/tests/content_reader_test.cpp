#include "objects/content_reader.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

constexpr std::uint64_t kBlock = store::kBlockBytes;

std::string random_text(std::size_t size, std::uint64_t seed) {
  base::Random random(seed);
  std::string text(size, '\0');
  for (char& letter : text) letter = static_cast<char>(random.next());
  return text;
}

class ContentReaderTest : public testing::Test {
 protected:
  // Held by an object of its own.
  base::Digest keep(const std::string& text) {
    EXPECT_TRUE(store_.put(md5_of(text), text));
    return base::sha256(base::as_bytes(text));
  }
  base::Path path_of(const base::Digest& digest) {
    return store_.blobs.blobs_folder() / store_.blobs.find(digest)->file;
  }
  ContentReader reader_of(std::vector<Extent> extents) {
    return {store_.blobs, std::move(extents)};
  }

  ObjectStore<> store_;
};

std::string read_from(ContentReader& reader, std::uint64_t offset, std::size_t size) {
  std::string text(size, '\0');
  EXPECT_TRUE(reader.read_exactly(offset, {reinterpret_cast<std::uint8_t*>(text.data()), size}));
  return text;
}

TEST_F(ContentReaderTest, JoinsPiecesOfBlobs) {
  const std::string long_text = random_text(2 * kBlock + 100, 1);
  const std::string other_text = "a few letters";
  const auto long_digest = keep(long_text);
  const auto other_digest = keep(other_text);
  auto reader = reader_of({{other_digest, 2, 3, 0},
                           {long_digest, kBlock - 5, kBlock + 10, 1},
                           {other_digest, 0, 0, 2},
                           {other_digest, 4, 1, 3},
                           {other_digest, 0, 13, 4}});
  const std::string whole = other_text.substr(2, 3) + long_text.substr(kBlock - 5, kBlock + 10) +
                            other_text.substr(4, 1) + other_text;
  ASSERT_EQ(reader.size(), whole.size());
  EXPECT_EQ(read_from(reader, 0, whole.size()), whole);
  for (const std::size_t offset : {std::size_t{0}, std::size_t{2}, std::size_t{3}, std::size_t{8},
                                   kBlock + 12, kBlock + 13, kBlock + 14, whole.size() - 1}) {
    const std::size_t size = std::min<std::size_t>(20, whole.size() - offset);
    EXPECT_EQ(read_from(reader, offset, size), whole.substr(offset, size)) << offset;
  }
}

TEST_F(ContentReaderTest, GivesAtLeastOneByteAndNoneBeyondItsExtent) {
  const auto digest = keep("abcdef");
  auto reader = reader_of({{digest, 1, 2, 0}, {digest, 5, 1, 1}});
  EXPECT_EQ(base::as_text(*reader.read(0)), "bc");
  EXPECT_EQ(base::as_text(*reader.read(1)), "c");
  EXPECT_EQ(base::as_text(*reader.read(2)), "f");
}

TEST_F(ContentReaderTest, ReadsNothingOfNothing) {
  auto reader = reader_of({});
  EXPECT_EQ(reader.size(), 0U);
  EXPECT_TRUE(reader.read_exactly(0, {}));
}

TEST_F(ContentReaderTest, CanMoveWhileItReads) {
  const auto digest = keep("abcdef");
  auto reader = reader_of({{digest, 0, 6, 0}});
  EXPECT_EQ(read_from(reader, 0, 1), "a");
  ContentReader moved = std::move(reader);
  ASSERT_TRUE(store_.remove(md5_of("abcdef")));
  EXPECT_EQ(store_.blobs.collect().blobs, 0U);
  EXPECT_EQ(read_from(moved, 0, 6), "abcdef");
}

TEST_F(ContentReaderTest, SaysWhatIsDamagedAndReadsTheRest) {
  const std::string text = random_text(2 * kBlock, 2);
  const auto digest = keep(text);
  store_.place.disk.rot(path_of(digest), kBlock + 7);
  auto reader = reader_of({{digest, 0, 2 * kBlock, 0}});
  EXPECT_EQ(read_from(reader, 0, kBlock), text.substr(0, kBlock));
  const auto damaged = reader.read(kBlock);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().kind, base::ErrorKind::kCorrupt);
  store_.place.disk.remove(path_of(digest));
  EXPECT_EQ(reader_of({{digest, 0, 1, 0}}).read(0).error().kind, base::ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace kennel::objects
