#include "vision/resample.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace kennel::vision {
namespace {

constexpr std::int32_t kHalf = 1 << (FilterWeights::kFractionBits - 1);
constexpr std::ptrdiff_t kChannels = 3;
// Of a pixel's four lanes, the last holds its neighbour's red and is never looked at; the last
// pixel of a row needs a lane more than the row has.
constexpr std::size_t kSpareLanes = 1;
using PixelLanes = std::int32_t __attribute__((vector_size(16)));

// What is inlined here is compiled twice, for every x86-64 processor and for those with AVX2; which
// one runs is decided at run time. (The compilers' own `target_clones` does the same, but its
// resolvers run before the sanitizers are ready.)

[[gnu::always_inline]] inline std::int32_t to_pixel(std::int32_t sum) {
  return std::clamp(sum >> FilterWeights::kFractionBits, 0, 255);
}

// A row of the source, in lanes, to one of the result's width.
[[gnu::always_inline]] inline void scale_row(const FilterWeights& across, const std::int32_t* row,
                                             std::int32_t* to) {
  const int taps = across.taps();
  for (int x = 0; x < across.count(); ++x) {
    const std::int32_t* from = row + kChannels * across.first(x);
    const std::int32_t* weights = across.weights(x);
    PixelLanes sums = {kHalf, kHalf, kHalf, kHalf};
    for (int tap = 0; tap < taps; ++tap, from += kChannels) {
      PixelLanes pixel;
      std::memcpy(&pixel, from, sizeof pixel);
      sums += pixel * weights[tap];
    }
    std::memcpy(to + kChannels * x, &sums, sizeof sums);
  }
  const std::ptrdiff_t size = kChannels * across.count();
  for (std::ptrdiff_t i = 0; i < size; ++i) to[i] = to_pixel(to[i]);
}

[[gnu::always_inline]] inline void add_row(const std::int32_t* row, std::int32_t weight,
                                           std::span<std::int32_t> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i] * weight;
}

// The source's rows at the result's width. Remembers as many of the latest as one output row
// needs, so that a photo of any height passes through the fastest cache.
class NarrowRows {
 public:
  NarrowRows(const Image& image, const FilterWeights& across, int kept)
      : image_(image),
        across_(across),
        kept_(kept),
        stride_(static_cast<std::size_t>(kChannels * across.count()) + kSpareLanes),
        source_(static_cast<std::size_t>(kChannels * image.width) + kSpareLanes),
        rows_(stride_ * static_cast<std::size_t>(kept)) {}

  // Row `y` stays until row y + kept is asked for.
  [[nodiscard, gnu::always_inline]] const std::int32_t* get(int y) {
    for (; next_ <= y; ++next_) make(next_);
    return place(y);
  }
  // Rows above `y` will not be asked for.
  void skip_to(int y) { next_ = std::max(next_, y); }

 private:
  [[nodiscard]] std::int32_t* place(int y) {
    return rows_.data() + stride_ * static_cast<std::size_t>(y % kept_);
  }
  [[gnu::always_inline]] void make(int y) {
    const std::ptrdiff_t size = kChannels * image_.width;
    const std::uint8_t* from = image_.pixels.data() + size * y;
    for (std::ptrdiff_t i = 0; i < size; ++i) source_[static_cast<std::size_t>(i)] = from[i];
    scale_row(across_, source_.data(), place(y));
  }

  const Image& image_;
  const FilterWeights& across_;
  int kept_;
  std::size_t stride_;
  int next_ = 0;
  std::vector<std::int32_t> source_;
  std::vector<std::int32_t> rows_;
};

[[gnu::always_inline]] inline Image resample_here(const Image& image, const FilterWeights& across,
                                                  const FilterWeights& down) {
  NarrowRows rows(image, across, down.taps());
  Image result{.width = across.count(), .height = down.count(), .pixels = {}};
  std::vector<std::int32_t> sums(static_cast<std::size_t>(kChannels * result.width));
  result.pixels.resize(sums.size() * static_cast<std::size_t>(result.height));
  std::uint8_t* to = result.pixels.data();
  for (int y = 0; y < result.height; ++y) {
    rows.skip_to(down.first(y));
    std::ranges::fill(sums, kHalf);
    for (int tap = 0; tap < down.taps(); ++tap) {
      add_row(rows.get(down.first(y) + tap), down.weights(y)[tap], sums);
    }
    for (const std::int32_t sum : sums) *to++ = static_cast<std::uint8_t>(to_pixel(sum));
  }
  return result;
}

[[gnu::target("avx2")]] Image resample_with_avx2(const Image& image, const FilterWeights& across,
                                                 const FilterWeights& down) {
  return resample_here(image, across, down);
}

}  // namespace

Image resample(const Image& image, const FilterWeights& across, const FilterWeights& down) {
  if (__builtin_cpu_supports("avx2") != 0) return resample_with_avx2(image, across, down);
  return resample_here(image, across, down);
}

}  // namespace kennel::vision
