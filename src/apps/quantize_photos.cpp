#include "apps/quantize_photos.h"

#include <fmt/format.h>

#include "apps/package_labels.h"
#include "base/random.h"
#include "dataset/dataset.h"
#include "dataset/listing.h"

namespace kennel::apps {
namespace {

using dataset::Split;

constexpr std::uint64_t kSeed = 1;

// What `kennel train` split the photos with, where the package tells.
std::uint64_t split_seed(const network::Package& package) {
  const auto seed = package.provenance.find("seed");
  return seed != package.provenance.end() && seed->is_number_unsigned() ? seed->get<std::uint64_t>()
                                                                        : kSeed;
}

void shuffle(std::vector<base::Path>& photos) {
  base::Random random(kSeed);
  random.shuffle(std::span(photos));
}

base::Result<ChosenPhotos> choose_plain(const base::Path& folder,
                                        const std::vector<std::string>& names,
                                        std::size_t photos_max) {
  if (names.size() < 2) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("{} holds a single photo; int8 is calibrated on one part of the "
                                  "photos and checked on the other",
                                  folder.string()));
  }
  std::vector<base::Path> paths;
  for (const auto& name : names) paths.push_back(folder / name);
  shuffle(paths);
  const std::size_t count = std::min(photos_max, paths.size() / 2);
  const auto middle = paths.begin() + static_cast<std::ptrdiff_t>(count);
  return ChosenPhotos{.photos = {.calibration = {paths.begin(), middle},
                                 .check = {middle, paths.end()},
                                 .labels = {}},
                      .calibration = "photos",
                      .check = "others, whose classes are not known"};
}

base::Result<ChosenPhotos> choose_by_split(const dataset::Dataset& data,
                                           const network::Package& package,
                                           std::size_t photos_max) {
  KENNEL_TRY(const auto labels, to_package_labels(data.classes, package));
  ChosenPhotos chosen{.calibration = "training photos", .check = "of valid and test"};
  auto& photos = chosen.photos;
  for (const auto& sample : data.split(Split::kTrain)) photos.calibration.push_back(sample.path);
  shuffle(photos.calibration);
  photos.calibration.resize(std::min(photos.calibration.size(), photos_max));
  for (const Split split : {Split::kValid, Split::kTest}) {
    for (const auto& sample : data.split(split)) {
      photos.check.push_back(sample.path);
      photos.labels.push_back(labels[static_cast<std::size_t>(sample.label)]);
    }
  }
  return chosen;
}

}  // namespace

base::Result<ChosenPhotos> choose_photos(const base::Path& folder, const network::Package& package,
                                         std::size_t photos_max) {
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored)) {
    KENNEL_TRY(const auto listing, dataset::list_folder(folder));
    if (listing.folders.empty() && !listing.photos.empty()) {
      return choose_plain(folder, listing.photos, photos_max);
    }
  }
  KENNEL_TRY(const auto data, dataset::scan_folder(folder, {.seed = split_seed(package)}));
  return choose_by_split(data, package, photos_max);
}

}  // namespace kennel::apps
