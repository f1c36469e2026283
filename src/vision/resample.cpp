#include "vision/resample.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace kennel::vision {
namespace {

constexpr std::int32_t kHalf = 1 << (FilterWeights::kFractionBits - 1);

// One pixel with its three channels, and a fourth lane that is never looked at.
using PixelBytes = std::uint8_t __attribute__((vector_size(4)));
using PixelSums = std::int32_t __attribute__((vector_size(16)));

// The loops below are written once and compiled twice, for every processor and for those with
// AVX2; which one runs is decided at run time. (The compilers' own `target_clones` does the same,
// but its resolvers run before the sanitizers are ready.)

// `row` and `to` must have a byte more than their pixels.
[[gnu::always_inline]] inline void scale_row(const FilterWeights& weights, const std::uint8_t* row,
                                             std::uint8_t* to) {
  for (int x = 0; x < weights.count(); ++x, to += 3) {
    const std::uint8_t* from = row + std::ptrdiff_t{3} * weights.first(x);
    PixelSums sums = {kHalf, kHalf, kHalf, kHalf};
    for (const std::int32_t weight : weights.taps(x)) {
      PixelBytes pixel;
      std::memcpy(&pixel, from, sizeof pixel);
      sums += __builtin_convertvector(pixel, PixelSums) * weight;
      from += 3;
    }
    sums >>= FilterWeights::kFractionBits;
    sums = sums < 0 ? PixelSums{} : sums;
    sums = sums > 255 ? PixelSums{} + 255 : sums;
    const PixelBytes pixel = __builtin_convertvector(sums, PixelBytes);
    std::memcpy(to, &pixel, sizeof pixel);
  }
}

struct RowMix {
  const std::uint8_t* first_row;
  std::size_t row_size;
  std::span<const std::int32_t> weights;
  std::int32_t* sums;  // row_size of them
};

[[gnu::always_inline]] inline void mix_rows(const RowMix& mix, std::uint8_t* to) {
  std::int32_t* const sums = mix.sums;
  std::fill_n(sums, mix.row_size, kHalf);
  const std::uint8_t* row = mix.first_row;
  for (const std::int32_t weight : mix.weights) {
    for (std::size_t i = 0; i < mix.row_size; ++i) sums[i] += row[i] * weight;
    row += mix.row_size;
  }
  for (std::size_t i = 0; i < mix.row_size; ++i) {
    to[i] = static_cast<std::uint8_t>(std::clamp(sums[i] >> FilterWeights::kFractionBits, 0, 255));
  }
}

struct Kernels {
  void (*scale_row)(const FilterWeights&, const std::uint8_t*, std::uint8_t*);
  void (*mix_rows)(const RowMix&, std::uint8_t*);
};

Kernels choose_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) {
    return {
        [] [[gnu::target("avx2")]] (const FilterWeights& w, const std::uint8_t* row,
                                    std::uint8_t* to) { scale_row(w, row, to); },
        [] [[gnu::target("avx2")]] (const RowMix& mix, std::uint8_t* to) { mix_rows(mix, to); }};
  }
#endif
  return {[](const FilterWeights& w, const std::uint8_t* row, std::uint8_t* to) {
            scale_row(w, row, to);
          },
          [](const RowMix& mix, std::uint8_t* to) { mix_rows(mix, to); }};
}

}  // namespace

Image resample(const Image& image, const FilterWeights& across, const FilterWeights& down) {
  const Kernels kernels = choose_kernels();
  const std::size_t source_row = std::size_t{3} * static_cast<std::size_t>(image.width);
  const std::size_t row = std::size_t{3} * static_cast<std::size_t>(across.count());
  const int top = down.source_begin();
  base::Bytes padded(source_row + 1);
  base::Bytes narrow(row * static_cast<std::size_t>(down.source_end() - top) + 1);
  for (int y = top; y < down.source_end(); ++y) {
    std::memcpy(padded.data(), image.pixels.data() + source_row * static_cast<std::size_t>(y),
                source_row);
    kernels.scale_row(across, padded.data(),
                      narrow.data() + row * static_cast<std::size_t>(y - top));
  }

  Image result{.width = across.count(), .height = down.count(), .pixels = {}};
  result.pixels.resize(row * static_cast<std::size_t>(down.count()));
  std::vector<std::int32_t> sums(row);
  for (int y = 0; y < down.count(); ++y) {
    const std::size_t first = static_cast<std::size_t>(down.first(y) - top);
    kernels.mix_rows({narrow.data() + row * first, row, down.taps(y), sums.data()},
                     result.pixels.data() + row * static_cast<std::size_t>(y));
  }
  return result;
}

}  // namespace kennel::vision
