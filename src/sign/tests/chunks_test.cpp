#include "sign/chunks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "sign/hmac.h"
#include "sign/tests/oracle.h"
#include "sign/timestamp.h"

namespace kennel::sign {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const Scope kScope{"20261121", "us-east-1", "s3"};
const SigningKey kKey = derive_signing_key("secret", kScope);
const std::string kSeedSignature(64, 'a');
constexpr const char* kChecksum = "x-amz-checksum-crc32";

Claim claim_of(Payload payload) {
  Claim claim;
  claim.scope = kScope;
  claim.signed_at = parse_iso_basic("20261121T103000Z").value();
  claim.signature = kSeedSignature;
  claim.payload = payload;
  return claim;
}

// Writes signed bodies; `break_link` makes the next signature a wrong one.
class Writer {
 public:
  std::string chunk(const std::string& data) {
    const std::string signature = link("PAYLOAD", hash("") + "\n" + hash(data));
    return fmt_hex(data.size()) + ";chunk-signature=" + signature + "\r\n" + data +
           (data.empty() ? "" : "\r\n");
  }
  std::string chunks(std::initializer_list<const char*> pieces) {
    std::string text;
    for (const char* const piece : pieces) text += chunk(piece);
    return text;
  }
  std::string trailer_signature(const std::string& canonical) {
    return "x-amz-trailer-signature:" + link("TRAILER", hash(canonical)) + "\r\n";
  }
  void break_link() { previous_[0] = previous_[0] == '0' ? '1' : '0'; }

 private:
  static std::string fmt_hex(std::size_t size) {
    std::array<char, 17> text{};
    (void)std::snprintf(text.data(), text.size(), "%zx", size);
    return text.data();
  }
  static std::string hash(const std::string& data) {
    return to_hex(base::sha256(base::as_bytes(data)));
  }
  std::string link(const std::string& kind, const std::string& hashes) {
    const std::string to_sign = "AWS4-HMAC-SHA256-" + kind + "\n20261121T103000Z\n" +
                                kScope.text() + "\n" + previous_ + "\n" + hashes;
    previous_ = to_hex(hmac_sha256(kKey.bytes, to_sign));
    return previous_;
  }

  std::string previous_ = kSeedSignature;
};

struct Decoded {
  std::string text;  // what came out, refused or not
  Checked<void> outcome;
  base::Fields trailers;
};

Decoded decode(ChunkDecoder decoder, std::span<const std::string_view> pieces) {
  base::Bytes out;
  Checked<void> outcome;
  for (const std::string_view piece : pieces) {
    outcome = decoder.feed(base::as_bytes(piece), out);
    if (!outcome) break;
  }
  if (outcome) outcome = decoder.finish();
  return {std::string(base::as_text(out)), outcome, decoder.trailers()};
}

Decoded decode(Payload payload, std::string_view body, std::uint64_t length,
               const std::vector<std::string>& announced = {}) {
  const std::array pieces{body};
  return decode(ChunkDecoder(claim_of(payload), kKey, length, announced), pieces);
}

Decoded decode_signed(std::string_view body, std::uint64_t length) {
  return decode(Payload::kSignedChunks, body, length);
}

Decoded decode_trailer(std::string_view body, std::uint64_t length) {
  return decode(Payload::kSignedChunksTrailer, body, length, {kChecksum});
}

Decoded decode_unsigned(std::string_view body, std::uint64_t length) {
  return decode(Payload::kUnsignedChunksTrailer, body, length, {kChecksum});
}

#define EXPECT_REFUSED(decoded, wanted_reason, words)                       \
  {                                                                         \
    const Decoded result = (decoded);                                       \
    ASSERT_FALSE(result.outcome.has_value());                               \
    EXPECT_EQ(result.outcome.error().reason, RefusalReason::wanted_reason); \
    EXPECT_THAT(result.outcome.error().message, HasSubstr(words));          \
  }

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  }
  return bytes;
}

Payload payload_of(const std::string& kind) {
  if (kind == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return Payload::kUnsignedChunksTrailer;
  return kind.ends_with("TRAILER") ? Payload::kSignedChunksTrailer : Payload::kSignedChunks;
}

ChunkDecoder decoder_for(const json& answer) {
  Claim claim;
  const std::string at = answer["at"];
  claim.signed_at = parse_iso_basic(at).value();
  claim.scope = {at.substr(0, 8), answer["region"], answer["service"]};
  claim.signature = answer["seed_signature"];
  claim.payload = payload_of(answer["kind"]);
  std::vector<std::string> announced;
  for (const json& trailer : answer["trailers"]) announced.push_back(trailer[0]);
  return {claim, derive_signing_key(answer["secret"].get<std::string>(), claim.scope),
          answer["decoded"].get<std::string>().size() / 2, announced};
}

std::vector<std::string_view> split_anywhere(std::string_view body, base::Random& random) {
  std::vector<std::string_view> pieces;
  const std::uint64_t piece_max = 1ULL << random.below(12);
  while (!body.empty()) {
    pieces.push_back(body.substr(0, 1 + random.below(piece_max)));
    body.remove_prefix(pieces.back().size());
  }
  return pieces;
}

void expect_decoded(const json& answer, std::span<const std::string_view> pieces) {
  const Decoded decoded = decode(decoder_for(answer), pieces);
  EXPECT_TRUE(decoded.outcome) << decoded.outcome.error().message;
  EXPECT_EQ(decoded.text, from_hex(answer["decoded"]));
  base::Fields wanted;
  for (const json& trailer : answer["trailers"]) wanted.push_back({trailer[0], trailer[1]});
  EXPECT_EQ(decoded.trailers, wanted);
}

class OracleChunks : public testing::Test {
 public:
  static const json& answers() {
    static const json kAnswers = ask_oracle("chunks", seed(), 12);
    return kAnswers;
  }
  static unsigned seed() {
    static const unsigned kSeed = choose_seed();
    return kSeed;
  }
};

TEST_F(OracleChunks, DecodeTheSameHoweverTheyAreSplit) {
  base::Random random(seed());
  for (const json& answer : answers()) {
    SCOPED_TRACE(answer.dump().substr(0, 400));
    const std::string body = from_hex(answer["body"]);
    for (int round = 0; round < 10; ++round) expect_decoded(answer, split_anywhere(body, random));
  }
}

TEST_F(OracleChunks, DecodeByteByByte) {
  for (const json& answer : answers()) {
    SCOPED_TRACE(answer.dump().substr(0, 400));
    const std::string body = from_hex(answer["body"]);
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < body.size(); ++at) {
      pieces.push_back(std::string_view(body).substr(at, 1));
    }
    expect_decoded(answer, pieces);
  }
}

TEST_F(OracleChunks, AreRefusedWhereverTheyEndTooEarly) {
  for (const json& answer : answers()) {
    const std::string body = from_hex(answer["body"]);
    const std::size_t step = 1 + body.size() / 200;
    for (std::size_t size = 0; size < body.size(); size += step) {
      const std::array pieces{std::string_view(body).substr(0, size)};
      EXPECT_FALSE(decode(decoder_for(answer), pieces).outcome.has_value()) << size;
    }
  }
}

TEST_F(OracleChunks, AreRefusedWhenABitOfASignedBodyIsFlipped) {
  base::Random random(seed());
  for (const json& answer : answers()) {
    if (payload_of(answer["kind"]) == Payload::kUnsignedChunksTrailer) continue;
    for (int round = 0; round < 50; ++round) {
      std::string body = from_hex(answer["body"]);
      char& changed = body[random.below(body.size())];
      // Upper and lower case of a size or of a trailer's name are the same.
      if ((changed >= 'a' && changed <= 'z') || (changed >= 'A' && changed <= 'Z')) continue;
      changed = static_cast<char>(changed ^ 1);
      const std::array pieces{std::string_view(body)};
      EXPECT_FALSE(decode(decoder_for(answer), pieces).outcome.has_value()) << body;
    }
  }
}

TEST(ChunkDecoder, GivesASignedChunkOutOnlyOnceItsSignatureHeld) {
  Writer writer;
  const std::string first = writer.chunk("abc");
  ChunkDecoder decoder(claim_of(Payload::kSignedChunks), kKey, 3, {});
  base::Bytes out;
  ASSERT_TRUE(decoder.feed(base::as_bytes(first).first(first.size() - 1), out));
  EXPECT_TRUE(out.empty());
  ASSERT_TRUE(decoder.feed(base::as_bytes(first).last(1), out));
  EXPECT_EQ(base::as_text(out), "abc");
}

TEST(ChunkDecoder, GivesUnsignedChunksOutAsTheyStream) {
  ChunkDecoder decoder(claim_of(Payload::kUnsignedChunksTrailer), kKey, 10, {});
  base::Bytes out;
  ASSERT_TRUE(decoder.feed(base::as_bytes("a\r\nabc"), out));
  EXPECT_EQ(base::as_text(out), "abc");
}

TEST(ChunkDecoder, KeepsWhatHeldBeforeAWrongSignature) {
  Writer writer;
  std::string body = writer.chunk("good");
  writer.break_link();
  body += writer.chunks({"bad!", ""});
  const Decoded decoded = decode_signed(body, 8);
  EXPECT_EQ(decoded.text, "good");
  EXPECT_EQ(decoded.outcome.error().reason, RefusalReason::kWrongPayload);
}

TEST(ChunkDecoder, RefusesChunksInAnotherOrder) {
  Writer writer;
  const std::string first = writer.chunk("one");
  const std::string second = writer.chunk("two");
  const Decoded decoded = decode_signed(second + first + writer.chunk(""), 6);
  EXPECT_EQ(decoded.outcome.error().reason, RefusalReason::kWrongPayload);
  EXPECT_EQ(decoded.text, "");
}

TEST(ChunkDecoder, RefusesAWrongSignatureOfTheLastChunk) {
  Writer writer;
  std::string body = writer.chunk("abc");
  writer.break_link();
  EXPECT_REFUSED(decode_signed(body + writer.chunk("") + "\r\n", 3), kWrongPayload,
                 "does not match the signature");
}

TEST(ChunkDecoder, RefusesUnsignedChunksInASignedBodyBeforeAnythingComesOut) {
  const Decoded decoded = decode_signed("3\r\nabc\r\n0\r\n\r\n", 3);
  EXPECT_EQ(decoded.text, "");
  EXPECT_THAT(decoded.outcome.error().message, HasSubstr("has no chunk-signature"));
}

TEST(ChunkDecoder, RefusesSignedChunksInAnUnsignedBody) {
  EXPECT_REFUSED(decode_unsigned(Writer().chunk("abc"), 3), kMalformed, "has a signature");
}

TEST(ChunkDecoder, RefusesASignedChunkThatIsTooLong) {
  const std::string line = "1000001;chunk-signature=" + kSeedSignature + "\r\n";
  EXPECT_REFUSED(decode_signed(line, 1ULL << 30), kMalformed, "at most 16777216 bytes");
}

TEST(ChunkDecoder, TakesAnUnsignedChunkOfAnyLength) {
  EXPECT_REFUSED(decode_unsigned("1000001\r\n", 1ULL << 30), kMalformed, "ends early");
}

TEST(ChunkDecoder, RefusesAnotherLengthThanAnnounced) {
  const std::string body = Writer().chunks({"abc", ""}) + "\r\n";
  EXPECT_TRUE(decode_signed(body, 3).outcome);
  EXPECT_REFUSED(decode_signed(body, 4), kMalformed, "have 3 bytes");
  EXPECT_REFUSED(decode_signed(body, 2), kMalformed, "more than 2 bytes");
  EXPECT_EQ(decode_signed(body, 2).text, "");
}

TEST(ChunkDecoder, RefusesSizesThatAreNone) {
  for (const char* line : {"", "-1", "+1", "0x1", " 1", "1 ", "g", "1g", "10000000000000000",
                           "1;chunk-signature=", "1;other=1", "1; chunk-signature=a", "1;"}) {
    EXPECT_EQ(decode_unsigned(std::string(line) + "\r\n", 1).outcome.error().reason,
              RefusalReason::kMalformed)
        << line;
  }
  EXPECT_REFUSED(decode_signed("1;chunk-signature=" + std::string(64, 'A') + "\r\n", 1), kMalformed,
                 "64 lower-case");
}

TEST(ChunkDecoder, RefusesLinesThatDoNotEndWithCrlf) {
  for (const char* body : {"3\nabc", "3\r\r\nabc", "3\rabc", "\n", "3\r\nabc\n", "3\r\nabcd\r\n",
                           "3\r\nabc\r0\r\n", "3\r\nabc0\r\n"}) {
    EXPECT_EQ(decode_unsigned(body, 3).outcome.error().reason, RefusalReason::kMalformed) << body;
  }
}

TEST(ChunkDecoder, RefusesLongLinesAndTrailers) {
  EXPECT_REFUSED(decode_unsigned(std::string(98, '0'), 1), kMalformed, "longer than 97 bytes");
  const std::string start = std::string("0\r\n") + kChecksum + ":";
  EXPECT_REFUSED(decode_unsigned(start + std::string(5000, 'x'), 0), kMalformed,
                 "longer than 4096");
}

TEST(ChunkDecoder, RefusesWhatStandsAfterTheEnd) {
  const std::string body = "0\r\nx-amz-checksum-crc32:AA==\r\n\r\n";
  EXPECT_TRUE(decode_unsigned(body, 0).outcome);
  EXPECT_REFUSED(decode_unsigned(body + "0", 0), kMalformed, "after the end");
}

TEST(ChunkDecoder, GivesTheSameRefusalAgain) {
  ChunkDecoder decoder(claim_of(Payload::kUnsignedChunksTrailer), kKey, 3, {});
  base::Bytes out;
  const auto first = decoder.feed(base::as_bytes("zz\r\n"), out);
  EXPECT_EQ(decoder.feed(base::as_bytes("3\r\nabc\r\n"), out).error().message,
            first.error().message);
  EXPECT_EQ(decoder.finish().error().message, first.error().message);
  EXPECT_TRUE(out.empty());
}

TEST(ChunkDecoder, ReadsTrailersTrimmedAndInLowerCase) {
  const Decoded decoded = decode_unsigned("0\r\nX-Amz-Checksum-CRC32:  AA==  \r\n\r\n", 0);
  EXPECT_TRUE(decoded.outcome);
  EXPECT_THAT(decoded.trailers, ElementsAre(base::Field{kChecksum, "AA=="}));
}

TEST(ChunkDecoder, TakesAnnouncedTrailersAndNoOthers) {
  EXPECT_REFUSED(decode_unsigned("0\r\n\r\n", 0), kMalformed, "is missing");
  EXPECT_REFUSED(decode_unsigned("0\r\nx-other:1\r\n\r\n", 0), kMalformed, "not announced");
  EXPECT_REFUSED(decode_unsigned("0\r\nx-amz-checksum-crc32:1\r\nx-amz-checksum-crc32:1\r\n", 0),
                 kMalformed, "twice");
  EXPECT_REFUSED(decode_unsigned("0\r\nx-amz-checksum-crc32\r\n\r\n", 0), kMalformed, "name:value");
  EXPECT_REFUSED(decode_unsigned(std::string("0\r\nx-amz-checksum-crc32:\0\r\n\r\n", 29), 0),
                 kMalformed, "name:value");
  EXPECT_REFUSED(decode_unsigned("0\r\nx-amz-trailer-signature:" + kSeedSignature + "\r\n", 0),
                 kMalformed, "not announced");
}

TEST(ChunkDecoder, WantsSignedTrailersSigned) {
  const std::string trailer = "x-amz-checksum-crc32:AA==";
  const auto body = [&](bool is_signed, bool is_broken) {
    Writer writer;
    std::string text = writer.chunks({"abc", ""}) + trailer + "\r\n";
    if (is_broken) writer.break_link();
    if (is_signed) text += writer.trailer_signature(trailer + "\n");
    return text + "\r\n";
  };
  EXPECT_TRUE(decode_trailer(body(true, false), 3).outcome);
  EXPECT_REFUSED(decode_trailer(body(false, false), 3), kMalformed, "signature' is missing");
  EXPECT_REFUSED(decode_trailer(body(true, true), 3), kWrongPayload, "does not match");
}

TEST(ChunkDecoder, WantsTheTrailerSignatureLastAndWhole) {
  const std::string signature = "x-amz-trailer-signature:" + kSeedSignature + "\r\n";
  EXPECT_REFUSED(decode_trailer(Writer().chunk("") + signature + "x-amz-checksum-crc32:1\r\n", 0),
                 kMalformed, "must be the last trailer");
  EXPECT_REFUSED(decode_trailer(Writer().chunk("") + "x-amz-trailer-signature:abc\r\n", 0),
                 kMalformed, "64 lower-case");
}

TEST(ChunkDecoder, RefusesTrailersOfABodyThatDoesNotSignThem) {
  EXPECT_REFUSED(decode(Payload::kSignedChunks, Writer().chunk("") + "x-amz-checksum-crc32:1\r\n",
                        0, {kChecksum}),
                 kMalformed, "has no trailers");
}

}  // namespace
}  // namespace kennel::sign
