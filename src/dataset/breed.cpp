#include "dataset/breed.h"

#include <array>
#include <string_view>

#include "base/random.h"
#include "dataset/sample_photos.h"

namespace kennel::dataset {
namespace {

struct Colouring {
  std::string_view name;
  Colour coat;
  Colour marking;
};

constexpr std::array<Colouring, 11> kColourings{{
    {"Ivory", {0.93, 0.91, 0.87}, {0.12, 0.11, 0.11}},
    {"Amber", {0.80, 0.55, 0.22}, {0.97, 0.94, 0.88}},
    {"Umber", {0.36, 0.21, 0.13}, {0.83, 0.66, 0.44}},
    {"Slate", {0.42, 0.47, 0.55}, {0.11, 0.12, 0.15}},
    {"Russet", {0.66, 0.27, 0.12}, {0.95, 0.92, 0.88}},
    {"Coal", {0.13, 0.12, 0.13}, {0.75, 0.45, 0.20}},
    {"Cream", {0.93, 0.83, 0.64}, {0.45, 0.25, 0.14}},
    {"Silver", {0.70, 0.71, 0.72}, {0.33, 0.27, 0.25}},
    {"Fawn", {0.78, 0.61, 0.43}, {0.20, 0.16, 0.15}},
    {"Night", {0.17, 0.18, 0.24}, {0.94, 0.94, 0.95}},
    {"Apricot", {0.95, 0.68, 0.42}, {0.58, 0.24, 0.12}},
}};

// One for each pattern.
constexpr std::array<std::string_view, 6> kKinds{"ridgeling",    "speckhound", "patchtail",
                                                 "tigerterrier", "saddler",    "marblecoat"};

template <std::size_t N>
double pick(base::Random& random, const std::array<double, N>& values) {
  return values[random.below(N)];
}

// Few and distant sizes, so that two breeds differ visibly or not at all in each.
void shape(Breed& breed, base::Random& random) {
  breed.trunk = pick<3>(random, {0.85, 1.0, 1.2});
  breed.depth = pick<3>(random, {0.34, 0.42, 0.50});
  breed.leg = pick<3>(random, {0.28, 0.46, 0.66});
  breed.neck = pick<2>(random, {0.16, 0.30});
  breed.head = pick<2>(random, {0.19, 0.24});
  breed.muzzle = pick<3>(random, {0.10, 0.20, 0.32});
}

}  // namespace

Breed make_breed(int number) {
  base::check(number >= 0 && number < kSampleClassesMax, "the breed is one of those invented");
  const auto pattern = static_cast<std::size_t>(number) % kKinds.size();
  // 5 has no factor in common with 11: along one pattern, every colouring comes once.
  const auto& colouring =
      kColourings[(5 * (static_cast<std::size_t>(number) / kKinds.size()) + 2 * pattern) %
                  kColourings.size()];
  base::Random random = base::Random(0).fork("breed", static_cast<std::uint64_t>(number));
  Breed breed;
  breed.name = std::string(colouring.name) + "_" + std::string(kKinds[pattern]);
  shape(breed, random);
  breed.ear = static_cast<Ear>(random.below(5));
  breed.tail = static_cast<Tail>(random.below(5));
  breed.pattern = static_cast<Pattern>(pattern);
  breed.fur = static_cast<Fur>(random.below(3));
  breed.face = static_cast<Face>(random.below(3));
  breed.socks = random.below(2) == 1;
  breed.coat = colouring.coat;
  breed.marking = colouring.marking;
  return breed;
}

}  // namespace kennel::dataset
