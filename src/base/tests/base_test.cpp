#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/field.h"
#include "base/random.h"
#include "base/secure_random.h"

namespace kennel::base {
namespace {

TEST(Sha256, GivesThePublishedDigestOfAbc) {
  EXPECT_EQ(sha256(as_bytes("abc")).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hasher, TellsFieldsApartThatJoinToTheSameText) {
  const Digest first = Hasher().update_field("ab").update_field("c").finish();
  const Digest second = Hasher().update_field("a").update_field("bc").finish();
  EXPECT_NE(first, second);
}

TEST(Random, RepeatsItselfForTheSameSeedAndDiffersForAnother) {
  Random first(7);
  Random second(7);
  Random other(8);
  const auto value = first.next();
  EXPECT_EQ(value, second.next());
  EXPECT_NE(value, other.next());
}

TEST(Random, ForksByNameAndIndexWithoutMovingTheParent) {
  Random parent(7);
  const Random untouched = parent;
  EXPECT_NE(parent.fork("a").next(), parent.fork("b").next());
  EXPECT_NE(parent.fork("a", 0).next(), parent.fork("a", 1).next());
  EXPECT_EQ(parent.next(), Random(untouched).next());
}

TEST(Random, DrawsEveryValueBelowTheCountAndNoOther) {
  Random random(1);
  std::set<std::uint64_t> seen;
  for (int draw = 0; draw < 1000; ++draw) seen.insert(random.below(5));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(Random, ShufflesToAPermutation) {
  std::vector<int> items(50);
  std::iota(items.begin(), items.end(), 0);
  const auto sorted = items;
  Random random(3);
  random.shuffle(std::span<int>(items));
  EXPECT_NE(items, sorted);
  EXPECT_THAT(items, testing::UnorderedElementsAreArray(sorted));
}

TEST(Random, DrawsNormalsWithMeanZeroAndUnitVariance) {
  Random random(11);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 20000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.03);
  EXPECT_NEAR(squares / kDraws, 1, 0.05);
}

TEST(HumanSize, PicksTheUnit) {
  EXPECT_EQ(to_human_size(512), "512 B");
  EXPECT_EQ(to_human_size(1536), "1.5 KiB");
  EXPECT_EQ(to_human_size(3 * kGiB), "3.0 GiB");
}

TEST(Base64, EncodesWithPadding) {
  EXPECT_EQ(to_base64(as_bytes("kennel")), "a2VubmVs");
  EXPECT_EQ(to_base64(as_bytes("dog!")), "ZG9nIQ==");
  EXPECT_EQ(to_base64({}), "");
}

TEST(Base64, DecodesWhatItEncodes) {
  for (std::size_t size = 0; size < 70; ++size) {
    const Bytes bytes = secure_bytes(size);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text :
       {"a", "ab", "abc", "a===", "====", "=abc", "ab=c", "ab c", "ab-_", " YQ=="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(Uuid, IsOfVersionFourAndNeverTheSame) {
  std::set<std::string> made;
  for (int count = 0; count < 1000; ++count) {
    const std::string uuid = make_uuid();
    EXPECT_THAT(uuid, testing::MatchesRegex(
                          "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    made.insert(uuid);
  }
  EXPECT_EQ(made.size(), 1000U);
}

TEST(SecureText, DrawsFromItsAlphabetOnly) {
  const std::string text = secure_text(1000, "abc");
  EXPECT_EQ(text.size(), 1000u);
  EXPECT_EQ(text.find_first_not_of("abc"), std::string::npos);
}

TEST(Fields, AreFoundWhateverTheirCase) {
  const Fields fields{{"Content-Type", "text/plain"}, {"content-type", "second"}};
  EXPECT_EQ(find_field(fields, "CONTENT-TYPE"), "text/plain");
  EXPECT_EQ(find_field(fields, "Host"), std::nullopt);
}

Result<int> doubled(Result<int> input) {
  KENNEL_TRY(const int value, input);
  return 2 * value;
}

TEST(Try, PassesTheValueOnOrTheErrorUp) {
  EXPECT_EQ(*doubled(21), 42);
  EXPECT_EQ(doubled(fail(ErrorKind::kInvalid, "no number")).error().message, "no number");
}

TEST(CheckDeathTest, NamesTheReason) { EXPECT_DEATH(check(false, "rows match"), "rows match"); }

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock;
  const auto start = clock.now();
  EXPECT_EQ(clock.now(), start);
  clock.advance(std::chrono::seconds(2));
  EXPECT_DOUBLE_EQ(seconds_between(start, clock.now()), 2.0);
}

}  // namespace
}  // namespace kennel::base
