#include "http/chunked.h"

#include <gtest/gtest.h>

namespace kennel::http {
namespace {

using base::Result;
using std::string_literals::operator""s;

struct Decoded {
  std::string body;
  std::size_t consumed = 0;
  bool done = false;

  bool operator==(const Decoded&) const = default;
};

// All of the input, given in pieces of `piece` bytes.
Result<Decoded> decode(std::string_view input, std::size_t piece = SIZE_MAX,
                       std::size_t data_max = SIZE_MAX) {
  ChunkDecoder decoder;
  Decoded decoded;
  while (decoded.consumed < input.size() && !decoder.done()) {
    KENNEL_TRY(const auto step, decoder.decode(input.substr(decoded.consumed, piece), data_max));
    EXPECT_LE(step.data.size(), data_max);
    decoded.consumed += step.consumed;
    decoded.body += step.data;
  }
  decoded.done = decoder.done();
  return decoded;
}

TEST(ChunkDecoder, GivesTheSameHoweverTheBytesCome) {
  const std::string input =
      "5\r\nhello\r\n1;name=value\r\n \r\n00a\r\n0123456789\r\n0\r\nX-Sum: abc\r\n\r\n";
  const Decoded expected{"hello 0123456789", input.size(), true};
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    for (const std::size_t data_max : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
      const auto decoded = decode(input + "GET", piece, data_max);
      ASSERT_TRUE(decoded) << decoded.error().message;
      EXPECT_EQ(*decoded, expected) << piece;
    }
  }
}

TEST(ChunkDecoder, TakesAnEmptyBody) { EXPECT_EQ(*decode("0\r\n\r\n"), (Decoded{"", 5, true})); }

TEST(ChunkDecoder, IsNotDoneBeforeTheLastLine) {
  const std::string input = "1\r\na\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut < input.size(); ++cut) {
    EXPECT_FALSE(decode(input.substr(0, cut))->done) << cut;
  }
}

TEST(ChunkDecoder, RefusesBrokenFraming) {
  const std::vector<std::string> inputs = {
      "\r\n",
      "\n",
      "5\nhello\r\n",
      "5\r\nhello\n",
      "5\r\nhello0\r\n\r\n",
      "5\r\nhelloworld\r\n",
      "g\r\n",
      "-1\r\n",
      "+1\r\n",
      "0x1\r\n",
      " 1\r\n",
      "1 \r\n",
      "1 ;a\r\n",
      "1\t\r\n",
      "1\r\r\n",
      "1;a\rb\r\n",
      "1;a\0\r\n"s,
      ";a\r\n",
      "10000000000000000\r\n",
      "0000000000000001\r\n",
      "0\r\nno field\r\n\r\n",
      "0\r\n: a\r\n\r\n",
      "0\r\nA: b\n\r\n",
      "0\r\n\n",
      "1;" + std::string(300, 'a') + "\r\n",
      std::string(300, '0'),
      "0\r\nA: " + std::string(9000, 'a'),
  };
  for (const std::string& input : inputs) {
    const auto decoded = decode(input);
    ASSERT_FALSE(decoded) << input;
    EXPECT_EQ(decoded.error().kind, base::ErrorKind::kInvalid);
    EXPECT_FALSE(decode(input, 1)) << input;
  }
}

TEST(ChunkDecoder, RefusesTrailersWithoutEnd) {
  std::string input = "0\r\n";
  for (int i = 0; i < 1000; ++i) input += "Name: value\r\n";
  EXPECT_FALSE(decode(input + "\r\n"));
}

TEST(ChunkDecoder, LetsDataBeReadAroundIt) {
  ChunkDecoder decoder;
  EXPECT_EQ(decoder.data_left(), 0U);
  ASSERT_TRUE(decoder.decode("64\r\n", 10));
  EXPECT_EQ(decoder.data_left(), 100U);
  decoder.skip_data(100);
  EXPECT_EQ(decoder.data_left(), 0U);
  ASSERT_TRUE(decoder.decode("\r\n0\r\n\r\n", 10));
  EXPECT_TRUE(decoder.done());
}

}  // namespace
}  // namespace kennel::http
