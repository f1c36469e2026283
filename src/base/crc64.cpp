#include "base/crc64.h"

#include <array>

#include "base/crc_polynomial.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kennel::base {
namespace {

constexpr std::size_t kBlockSize = 16;

// kTables[n][byte]: what a byte leaves behind when n more bytes follow it.
using Tables = std::array<std::array<std::uint64_t, 256>, kBlockSize>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::uint64_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = times_x(kCrc64NvmePolynomial, value);
    tables[0][byte] = value;
  }
  for (std::size_t after = 1; after < kBlockSize; ++after) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t value = tables[after - 1][byte];
      tables[after][byte] = (value >> 8) ^ tables[0][value & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

// `state` is the CRC without its final inversion.
std::uint64_t advance_by_tables(std::uint64_t state, ByteView bytes) {
  for (; bytes.size() >= kBlockSize; bytes = bytes.subspan(kBlockSize)) {
    std::uint64_t next = 0;
    for (std::size_t at = 0; at < kBlockSize; ++at) {
      const std::uint64_t carried = at < 8 ? (state >> (8 * at)) & 0xff : 0;
      next ^= kTables[kBlockSize - 1 - at][bytes[at] ^ carried];
    }
    state = next;
  }
  for (const std::uint8_t byte : bytes) state = (state >> 8) ^ kTables[0][(state ^ byte) & 0xff];
  return state;
}

#if defined(__x86_64__)

#define KENNEL_CARRYLESS __attribute__((target("pclmul")))

// Folding, after "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ" (Gopal et al.,
// Intel 2009): a block of 128 bits that is followed by d more bits equals, modulo the polynomial,
// its two halves times x^(d + 64) and x^d, and so can be added to the block d bits further on.
// The exponents are one less because the product of two reflected halves is 127 bits wide.
struct Fold {
  std::uint64_t early_half;
  std::uint64_t late_half;
};

constexpr Fold fold_over(int bits) {
  return {power_of_x(kCrc64NvmePolynomial, bits + 63), power_of_x(kCrc64NvmePolynomial, bits - 1)};
}

// So many blocks are folded side by side: one multiplication need not wait for the last.
constexpr std::size_t kLanes = 8;
constexpr std::size_t kStride = kLanes * kBlockSize;
constexpr Fold kOverStride = fold_over(8 * kStride);
constexpr Fold kOverBlock = fold_over(8 * kBlockSize);

KENNEL_CARRYLESS __m128i load(const std::uint8_t* block) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
}

KENNEL_CARRYLESS __m128i to_vector(Fold fold) {
  return _mm_set_epi64x(static_cast<long long>(fold.late_half),
                        static_cast<long long>(fold.early_half));
}

KENNEL_CARRYLESS __m128i fold_into(__m128i block, __m128i fold, __m128i later) {
  const __m128i early = _mm_clmulepi64_si128(block, fold, 0x00);
  const __m128i late = _mm_clmulepi64_si128(block, fold, 0x11);
  return _mm_xor_si128(_mm_xor_si128(early, late), later);
}

// Needs a stride of bytes at least.
KENNEL_CARRYLESS std::uint64_t advance_by_folding(std::uint64_t state, ByteView bytes) {
  __m128i lanes[kLanes];
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    lanes[lane] = load(bytes.data() + lane * kBlockSize);
  }
  lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, static_cast<long long>(state)));
  bytes = bytes.subspan(kStride);

  const __m128i over_stride = to_vector(kOverStride);
  for (; bytes.size() >= kStride; bytes = bytes.subspan(kStride)) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = fold_into(lanes[lane], over_stride, load(bytes.data() + lane * kBlockSize));
    }
  }

  const __m128i over_block = to_vector(kOverBlock);
  __m128i folded = lanes[0];
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    folded = fold_into(folded, over_block, lanes[lane]);
  }
  for (; bytes.size() >= kBlockSize; bytes = bytes.subspan(kBlockSize)) {
    folded = fold_into(folded, over_block, load(bytes.data()));
  }
  std::array<std::uint8_t, kBlockSize> last;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(last.data()), folded);
  return advance_by_tables(advance_by_tables(0, last), bytes);
}

#undef KENNEL_CARRYLESS

std::uint64_t advance(std::uint64_t state, ByteView bytes) {
  const bool can_fold = __builtin_cpu_supports("pclmul") != 0;
  return can_fold && bytes.size() >= kStride ? advance_by_folding(state, bytes)
                                             : advance_by_tables(state, bytes);
}

#else

std::uint64_t advance(std::uint64_t state, ByteView bytes) {
  return advance_by_tables(state, bytes);
}

#endif

}  // namespace

std::uint64_t crc64_nvme(std::uint64_t crc, ByteView bytes) { return ~advance(~crc, bytes); }

std::uint64_t crc64_nvme_by_tables(std::uint64_t crc, ByteView bytes) {
  return ~advance_by_tables(~crc, bytes);
}

}  // namespace kennel::base
