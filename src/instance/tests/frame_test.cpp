#include "instance/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace kennel::instance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kWidth = 2;

SharedPhoto photo() {
  return {.split = dataset::Split::kValid,
          .class_name = "Größe 2",
          .path = "train/Größe 2/a.jpg",
          .digest = base::sha256(base::as_bytes("a")),
          .features = {1.5F, -2}};
}

Frame photos_frame(const SharedPhoto& one) { return to_frame(std::span(&one, 1), kWidth); }

base::Result<Frame> decode(base::ByteView bytes) {
  KENNEL_TRY(const auto header, parse_header(bytes));
  const auto payload = bytes.subspan(kFrameHeaderSize);
  return to_frame(header, {payload.begin(), payload.end()});
}

TEST(Frame, GivesBackWhatWasSent) {
  const auto frame = decode(encode_frame({FrameKind::kThanks, {1, 2, 3}}));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->kind, FrameKind::kThanks);
  EXPECT_THAT(frame->payload, ElementsAre(1, 2, 3));
}

TEST(Frame, IsRefusedWithAnyBitChanged) {
  const auto bytes = encode_frame(photos_frame(photo()));
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = bytes;
      changed[index] = static_cast<std::uint8_t>(changed[index] ^ (1 << bit));
      EXPECT_FALSE(decode(changed)) << index << ", bit " << bit;
    }
  }
}

TEST(Frame, IsRefusedBeforeItsLengthIsBelieved) {
  auto bytes = encode_frame({FrameKind::kThanks, {}});
  bytes[12] = 1;  // 4 GiB
  EXPECT_THAT(parse_header(bytes).error().message, HasSubstr("is too long"));
}

TEST(Frame, IsRefusedWithoutAWholeHeader) {
  const auto bytes = encode_frame({FrameKind::kThanks, {}});
  for (std::size_t size = 0; size < kFrameHeaderSize; ++size) {
    EXPECT_FALSE(parse_header(base::ByteView(bytes).first(size))) << size;
  }
}

TEST(HelloFrame, GivesBackWhoSpeaks) {
  const auto hello = parse_hello(to_frame(Hello{"algo-2", "secret", "abcd"}));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->host, "algo-2");
  EXPECT_EQ(hello->token, "secret");
  EXPECT_EQ(hello->space, "abcd");
}

// Whoever says it need not be of this job: nothing of it is parsed that takes much memory.
TEST(HelloFrame, IsRefusedWhenItIsLong) {
  const std::string nested(65536, '[');
  EXPECT_TRUE(parse_header(encode_frame({FrameKind::kHello, {nested.begin(), nested.end()}})));
  const Frame longer{FrameKind::kHello, base::Bytes(nested.size() + 1, '[')};
  EXPECT_THAT(parse_header(encode_frame(longer)).error().message, HasSubstr("is too long"));
}

TEST(HelloFrame, IsRefusedWhenItIsNone) {
  for (const char* text : {"", "[]", "{", "{}", R"({"protocol": 2})", R"({"protocol": 1})",
                           R"({"protocol": 1, "host": 2, "token": "", "space": ""})"}) {
    const auto bytes = base::as_bytes(text);
    EXPECT_FALSE(parse_hello({FrameKind::kHello, {bytes.begin(), bytes.end()}})) << text;
  }
  EXPECT_FALSE(parse_hello({FrameKind::kThanks, {}}));
}

TEST(PhotosFrame, GivesBackEveryPhoto) {
  const std::vector<SharedPhoto> sent(3, photo());
  const auto got = parse_photos(to_frame(sent, kWidth), kWidth);
  ASSERT_TRUE(got);
  ASSERT_EQ(got->size(), 3U);
  EXPECT_EQ((*got)[2].split, dataset::Split::kValid);
  EXPECT_EQ((*got)[2].class_name, photo().class_name);
  EXPECT_EQ((*got)[2].path, photo().path);
  EXPECT_EQ((*got)[2].digest, photo().digest);
  EXPECT_THAT((*got)[2].features, ElementsAre(1.5F, -2));
}

TEST(PhotosFrame, IsRefusedAtEveryOtherLength) {
  const auto frame = photos_frame(photo());
  for (std::size_t size = 1; size < frame.payload.size(); ++size) {
    const Frame cut{
        frame.kind,
        {frame.payload.begin(), frame.payload.begin() + static_cast<std::ptrdiff_t>(size)}};
    EXPECT_FALSE(parse_photos(cut, kWidth)) << size;
  }
  EXPECT_FALSE(parse_photos(frame, kWidth + 1));
}

TEST(PhotosFrame, IsRefusedWithAPathThatLeadsElsewhere) {
  for (const char* path :
       {"", "/etc/passwd", "../a", "train/../../a", "train/./a", "train//a", "train/", "."}) {
    auto one = photo();
    one.path = path;
    EXPECT_FALSE(parse_photos(photos_frame(one), kWidth)) << path;
  }
}

TEST(PhotosFrame, IsRefusedWithAClassThatCannotBe) {
  for (const char* name : {"", ".", "..", ".hidden", "a/b", "a\nb", "\xff"}) {
    auto one = photo();
    one.class_name = name;
    EXPECT_FALSE(parse_photos(photos_frame(one), kWidth)) << name;
  }
}

TEST(PhotosFrame, IsRefusedWithFeaturesThatAreNoNumbers) {
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    auto one = photo();
    one.features[1] = value;
    EXPECT_FALSE(parse_photos(photos_frame(one), kWidth));
  }
}

TEST(PhotosFrame, IsRefusedWithASplitThatIsNone) {
  auto frame = photos_frame(photo());
  frame.payload[0] = 3;
  EXPECT_FALSE(parse_photos(frame, kWidth));
}

TEST(DoneFrame, GivesBackTheCount) {
  EXPECT_EQ(parse_done(to_done(307)).value(), 307U);
  EXPECT_FALSE(parse_done({FrameKind::kDone, {'{', '}'}}));
  EXPECT_FALSE(parse_done({FrameKind::kThanks, {}}));
}

TEST(ErrorFrame, IsOneLineOfText) {
  const std::string text = "bad\nnews" + std::string(5000, 'x');
  const auto shown = error_text({FrameKind::kError, {text.begin(), text.end()}});
  EXPECT_THAT(shown, HasSubstr("bad news"));
  EXPECT_EQ(shown.size(), 1000U);
}

}  // namespace
}  // namespace kennel::instance
