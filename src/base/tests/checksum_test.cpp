#include "base/checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/crc64.h"
#include "base/crc_polynomial.h"
#include "base/random.h"

namespace kennel::base {
namespace {

constexpr ChecksumAlgorithm kCrcs[] = {ChecksumAlgorithm::kCrc32, ChecksumAlgorithm::kCrc32c,
                                       ChecksumAlgorithm::kCrc64Nvme};
constexpr ChecksumAlgorithm kAll[] = {ChecksumAlgorithm::kCrc32, ChecksumAlgorithm::kCrc32c,
                                      ChecksumAlgorithm::kCrc64Nvme, ChecksumAlgorithm::kSha1,
                                      ChecksumAlgorithm::kSha256};

Bytes random_bytes(std::size_t size, Random& random) {
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
  return bytes;
}

Bytes sum(ChecksumAlgorithm algorithm, ByteView bytes) {
  return Checksum(algorithm).update(bytes).finish();
}

std::string hex(ChecksumAlgorithm algorithm, std::string_view text) {
  return to_hex(sum(algorithm, as_bytes(text)));
}

std::string to_hex_of_width(std::uint64_t value, int width) {
  Bytes bytes;
  for (int shift = width - 8; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  return to_hex(bytes);
}

// The CRCs of nothing, of the first byte, of the first two ..., by the definition: a bit at a time.
std::vector<std::uint64_t> crcs_of_prefixes(CrcPolynomial modulus, ByteView bytes) {
  const std::uint64_t ones = ~std::uint64_t{0} >> (64 - modulus.width);
  std::uint64_t state = ones;
  std::vector<std::uint64_t> crcs = {0};
  for (const std::uint8_t byte : bytes) {
    state ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      state = (state >> 1) ^ ((state & 1) != 0 ? modulus.terms : 0);
    }
    crcs.push_back(state ^ ones);
  }
  return crcs;
}

// Calls `test` with every length up to `length_max` at every alignment; each buffer ends where its
// allocation ends, so that AddressSanitizer sees a read beyond it.
template <class Test>
void for_every_length_and_alignment(std::size_t length_max, Test test) {
  Random random(64);
  for (std::size_t offset = 0; offset < 16; ++offset) {
    const Bytes content = random_bytes(length_max, random);
    for (std::size_t length = 0; length <= length_max; ++length) {
      Bytes buffer(offset + length);
      std::copy_n(content.begin(), length, buffer.begin() + static_cast<std::ptrdiff_t>(offset));
      test(ByteView(content), ByteView(buffer).subspan(offset));
    }
  }
}

TEST(Checksum, GivesThePublishedCheckValues) {
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc32, "123456789"), "cbf43926");
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc32c, "123456789"), "e3069283");
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc64Nvme, "123456789"), "ae8b14860a799888");
  EXPECT_EQ(hex(ChecksumAlgorithm::kSha1, "123456789"), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
  EXPECT_EQ(hex(ChecksumAlgorithm::kSha256, "123456789"),
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
}

TEST(Checksum, GivesThePublishedValuesOfLongerInputs) {
  // RFC 3720, appendix B.4, and the NVM Command Set Specification of NVM Express.
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc32c, std::string(32, '\0')), "8a9136aa");
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc32c, std::string(32, '\xff')), "62a8ab43");
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc64Nvme, std::string(4096, '\0')), "6482d367eb22b64e");
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc64Nvme, std::string(4096, '\xff')), "c0ddba7302eca3ac");
}

TEST(Checksum, SumsNothing) {
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc32, ""), "00000000");
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc32c, ""), "00000000");
  EXPECT_EQ(hex(ChecksumAlgorithm::kCrc64Nvme, ""), "0000000000000000");
  EXPECT_EQ(hex(ChecksumAlgorithm::kSha1, ""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex(ChecksumAlgorithm::kSha256, ""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const ChecksumAlgorithm algorithm : kAll) {
    EXPECT_EQ(Checksum(algorithm).finish(), sum(algorithm, {}));
  }
}

TEST(Checksum, IsTheSameWhereverTheInputIsSplit) {
  Random random(300);
  const Bytes bytes = random_bytes(300, random);
  for (const ChecksumAlgorithm algorithm : kAll) {
    const Bytes whole = sum(algorithm, bytes);
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
      Checksum checksum(algorithm);
      checksum.update(ByteView(bytes).first(split)).update(ByteView(bytes).subspan(split));
      EXPECT_EQ(checksum.finish(), whole)
          << "algorithm " << static_cast<int>(algorithm) << ", split at " << split;
    }
  }
}

TEST(Checksum, GoesOnWhereItWasMoved) {
  for (const ChecksumAlgorithm algorithm : kAll) {
    Checksum first(algorithm);
    first.update(as_bytes("1234"));
    Checksum second = std::move(first);
    EXPECT_EQ(second.update(as_bytes("56789")).finish(), sum(algorithm, as_bytes("123456789")));
  }
}

TEST(Checksum, GivesCrc32AsZlibDoes) {
  for_every_length_and_alignment(300, [](ByteView, ByteView bytes) {
    const auto expected = crc32(0, bytes.data(), static_cast<uInt>(bytes.size()));
    ASSERT_EQ(to_hex(sum(ChecksumAlgorithm::kCrc32, bytes)), to_hex_of_width(expected, 32));
  });
}

TEST(Checksum, GivesCrc32cAsItsDefinitionDoes) {
  std::vector<std::uint64_t> expected;
  for_every_length_and_alignment(300, [&](ByteView content, ByteView bytes) {
    if (bytes.empty()) expected = crcs_of_prefixes(kCrc32cPolynomial, content);
    ASSERT_EQ(to_hex(sum(ChecksumAlgorithm::kCrc32c, bytes)),
              to_hex_of_width(expected[bytes.size()], 32));
  });
}

TEST(Crc64, GivesTheSameByFoldingByTablesAndByItsDefinition) {
  std::vector<std::uint64_t> expected;
  for_every_length_and_alignment(700, [&](ByteView content, ByteView bytes) {
    if (bytes.empty()) expected = crcs_of_prefixes(kCrc64NvmePolynomial, content);
    ASSERT_EQ(crc64_nvme(0, bytes), expected[bytes.size()]) << bytes.size();
    ASSERT_EQ(crc64_nvme_by_tables(0, bytes), expected[bytes.size()]) << bytes.size();
  });
}

TEST(Crc64, GoesOnFromAnyCrcByFoldingAsByTables) {
  Random random(65);
  for (int draw = 0; draw < 200; ++draw) {
    const Bytes bytes = random_bytes(random.below(20'000), random);
    const std::uint64_t crc = random.next();
    ASSERT_EQ(crc64_nvme(crc, bytes), crc64_nvme_by_tables(crc, bytes)) << bytes.size();
  }
}

TEST(CombineCrc, EqualsTheCrcOfTheWholeWhereverItIsSplit) {
  Random random(66);
  for (const ChecksumAlgorithm algorithm : kCrcs) {
    for (int draw = 0; draw < 200; ++draw) {
      const Bytes whole = random_bytes(random.below(5000), random);
      // The first two draws have an empty half.
      const std::size_t split =
          draw == 0 ? 0 : (draw == 1 ? whole.size() : random.below(whole.size() + 1));
      const ByteView first = ByteView(whole).first(split);
      const ByteView second = ByteView(whole).subspan(split);
      ASSERT_EQ(
          combine_crc(algorithm, sum(algorithm, first), sum(algorithm, second), second.size()),
          sum(algorithm, whole))
          << "algorithm " << static_cast<int>(algorithm) << ", " << whole.size()
          << " bytes split at " << split;
    }
  }
}

TEST(CombineCrc, AgreesWithZlibOnLengthsOfTerabytes) {
  Random random(67);
  for (int draw = 0; draw < 200; ++draw) {
    const Bytes first = random_bytes(4, random);
    const Bytes second = random_bytes(4, random);
    const std::uint64_t length = random.below(5 * 1024 * kGiB + 1);
    const auto to_number = [](const Bytes& crc) {
      return uLong{crc[0]} << 24 | uLong{crc[1]} << 16 | uLong{crc[2]} << 8 | uLong{crc[3]};
    };
    const uLong expected =
        crc32_combine(to_number(first), to_number(second), static_cast<z_off_t>(length));
    ASSERT_EQ(to_hex(combine_crc(ChecksumAlgorithm::kCrc32, first, second, length)),
              to_hex_of_width(expected, 32))
        << length;
  }
}

// Zero bytes as many as no test could sum: their CRC comes from joining them to themselves.
TEST(CombineCrc, SkipsOverALongRunAsOverItsHalvesOneByOne) {
  for (const ChecksumAlgorithm algorithm : kCrcs) {
    const Bytes start = sum(algorithm, as_bytes("kennel"));
    Bytes zeros = sum(algorithm, Bytes(1));
    for (int doubling = 0; doubling < 63; ++doubling) {
      const std::uint64_t length = std::uint64_t{1} << doubling;
      const Bytes twice = combine_crc(algorithm, zeros, zeros, length);
      const Bytes over_halves =
          combine_crc(algorithm, combine_crc(algorithm, start, zeros, length), zeros, length);
      ASSERT_EQ(combine_crc(algorithm, start, twice, 2 * length), over_halves) << length;
      zeros = twice;
      if (2 * length == kMiB) {
        ASSERT_EQ(zeros, sum(algorithm, Bytes(kMiB)));
      }
    }
  }
}

TEST(CombineCrc, JoinsTenThousandPartsToTheLargestObject) {
  constexpr std::uint64_t kPart = 5 * 1024 * kGiB / 10'000;
  Random random(68);
  for (const ChecksumAlgorithm algorithm : kCrcs) {
    const std::size_t size = sum(algorithm, {}).size();
    // From the first part on, and from the last part back: the order of joining does not matter.
    Bytes forward = sum(algorithm, {});
    std::vector<Bytes> parts;
    for (int part = 0; part < 10'000; ++part) {
      parts.push_back(random_bytes(size, random));
      forward = combine_crc(algorithm, forward, parts.back(), kPart);
    }
    Bytes backward = sum(algorithm, {});
    for (std::uint64_t joined = 0; joined < parts.size(); ++joined) {
      backward = combine_crc(algorithm, parts[parts.size() - 1 - joined], backward, joined * kPart);
    }
    EXPECT_EQ(forward, backward);
  }
}

TEST(CombineCrcDeathTest, RefusesDigestsAndWrongSizes) {
  const Bytes digest = sum(ChecksumAlgorithm::kSha1, {});
  EXPECT_DEATH(static_cast<void>(combine_crc(ChecksumAlgorithm::kSha1, digest, digest, 1)),
               "only CRCs have a polynomial");
  EXPECT_DEATH(static_cast<void>(combine_crc(ChecksumAlgorithm::kCrc32, Bytes(4), Bytes(8), 1)),
               "a CRC has the size of its algorithm");
}

TEST(Md5, GivesThePublishedDigests) {
  EXPECT_EQ(to_hex(Md5().finish()), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(Md5().update(as_bytes("123456789")).finish()),
            "25f9e794323b453885f5181f1b624d0b");
}

TEST(Md5, IsTheSameWhereverTheInputIsSplit) {
  Random random(69);
  const Bytes bytes = random_bytes(300, random);
  const auto whole = Md5().update(bytes).finish();
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    Md5 first;
    first.update(ByteView(bytes).first(split));
    Md5 second = std::move(first);
    EXPECT_EQ(second.update(ByteView(bytes).subspan(split)).finish(), whole) << split;
  }
}

}  // namespace
}  // namespace kennel::base
