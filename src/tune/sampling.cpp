#include "tune/sampling.h"

#include <array>
#include <numeric>

namespace kennel::tune {
namespace {

constexpr std::array<std::uint32_t, 32> kPrimes{2,  3,  5,  7,   11,  13,  17,  19,  23,  29, 31,
                                                37, 41, 43, 47,  53,  59,  61,  67,  71,  73, 79,
                                                83, 89, 97, 101, 103, 107, 109, 113, 127, 131};
constexpr double kFinest = 0x1p-52;

// The digits of the number behind the point, each permuted by a permutation of its own place; those
// behind the last one are zeros, and permuted as well.
double radical_inverse(const base::Random& random, std::uint64_t number, std::uint32_t prime) {
  std::vector<std::uint32_t> digits(prime);
  double value = 0;
  double weight = 1.0 / prime;
  for (std::uint64_t place = 0; weight > kFinest; ++place) {
    std::iota(digits.begin(), digits.end(), 0U);
    base::Random order = random.fork("digit", (std::uint64_t{prime} << 32U) + place);
    order.shuffle(std::span(digits));
    value += weight * digits[number % prime];
    number /= prime;
    weight /= prime;
  }
  return value;
}

}  // namespace

Point random_point(const base::Random& random, std::uint64_t number, std::size_t dimensions) {
  base::Random own = random.fork("point", number);
  Point point(dimensions);
  for (double& coordinate : point) coordinate = own.uniform();
  return point;
}

Point spread_point(const base::Random& random, std::uint64_t number, std::size_t dimensions) {
  Point point = random_point(random, number, dimensions);
  for (std::size_t place = 0; place < std::min(dimensions, kPrimes.size()); ++place) {
    point[place] = radical_inverse(random, number, kPrimes[place]);
  }
  return point;
}

}  // namespace kennel::tune
