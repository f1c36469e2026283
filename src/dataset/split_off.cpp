#include "dataset/split_off.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "base/random.h"

namespace kennel::dataset {
namespace {

std::size_t share_of(std::size_t count, double fraction, std::size_t most) {
  const auto share = static_cast<std::size_t>(std::lround(static_cast<double>(count) * fraction));
  return std::clamp<std::size_t>(share, 1, most);
}

// The split that each of `count` photos goes to.
std::vector<Split> deal(std::size_t count, bool with_test, const ScanOptions& options,
                        base::Random random) {
  const std::size_t valid = share_of(count, options.valid_fraction, count - (with_test ? 2 : 1));
  const std::size_t test =
      with_test ? share_of(count, options.test_fraction, count - valid - 1) : 0;
  std::vector<Split> dealt(count, Split::kTrain);
  std::fill_n(dealt.begin(), valid, Split::kValid);
  std::fill_n(dealt.begin() + static_cast<std::ptrdiff_t>(valid), test, Split::kTest);
  random.shuffle(std::span<Split>(dealt));
  return dealt;
}

base::Result<void> check_count(std::string_view name, std::size_t count, bool with_test) {
  const std::size_t needed = with_test ? 3 : 2;
  if (count >= needed) return {};
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("the class '{}' has {} photo{}, but train{} valid{} must be split from its "
                  "photos, at least one each: add {} more, or remove its folder",
                  name, count, count == 1 ? "" : "s", with_test ? "," : " and",
                  with_test ? " and test" : "", needed - count));
}

}  // namespace

base::Result<void> check_fractions(const ScanOptions& options) {
  const bool valid = options.valid_fraction > 0 && options.test_fraction > 0 &&
                     options.valid_fraction + options.test_fraction < 1;
  if (valid) return {};
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("cannot split off {} of the photos for valid and {} for test: "
                                "give shares above 0 that leave some to train on",
                                options.valid_fraction, options.test_fraction));
}

base::Result<void> split_off(Dataset& dataset, bool with_test, const ScanOptions& options) {
  std::vector<std::vector<Sample>> by_class(dataset.classes.size());
  for (Sample& sample : dataset.split(Split::kTrain)) {
    by_class[static_cast<std::size_t>(sample.label)].push_back(std::move(sample));
  }
  dataset.split(Split::kTrain).clear();
  for (std::size_t label = 0; label < by_class.size(); ++label) {
    const std::string& name = dataset.classes[label];
    std::vector<Sample>& photos = by_class[label];
    KENNEL_TRY_VOID(check_count(name, photos.size(), with_test));
    const auto dealt = deal(photos.size(), with_test, options,
                            base::Random(options.seed).fork("split").fork(name));
    for (std::size_t i = 0; i < photos.size(); ++i) {
      dataset.split(dealt[i]).push_back(std::move(photos[i]));
    }
  }
  return {};
}

}  // namespace kennel::dataset
