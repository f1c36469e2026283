#include "dataset/breed.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "dataset/sample_photos.h"

namespace kennel::dataset {
namespace {

TEST(Breed, HasANameOfItsOwn) {
  std::set<std::string> names;
  for (int number = 0; number < kSampleClassesMax; ++number) names.insert(make_breed(number).name);
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kSampleClassesMax));
}

TEST(Breed, SharesPatternAndColoursWithNoOther) {
  std::set<std::tuple<Pattern, double, double, double>> coats;
  for (int number = 0; number < kSampleClassesMax; ++number) {
    const Breed breed = make_breed(number);
    coats.insert({breed.pattern, breed.coat.red, breed.coat.green, breed.coat.blue});
  }
  EXPECT_EQ(coats.size(), static_cast<std::size_t>(kSampleClassesMax));
}

}  // namespace
}  // namespace kennel::dataset
