#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <utility>

#include "dataset/photo_listing.h"
#include "dataset/split_off.h"

namespace kennel::dataset {
namespace {

base::Result<void> check_train(const base::Path& folder, const std::vector<ClassFolder>& classes,
                               const PassedOver& passed_over) {
  const auto refuse = [&](std::string_view what) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("{} {}: kennel reads {}", folder.string(), what, kLayouts));
  };
  if (classes.empty() && passed_over.loose.empty()) return refuse("holds no photos");
  if (classes.empty()) {
    return refuse(fmt::format("holds {} files and no class folders", passed_over.loose.size()));
  }
  if (std::ranges::all_of(classes, [](const auto& one) { return one.photos.empty(); })) {
    return refuse(fmt::format("holds {} class folder{} without a single photo", classes.size(),
                              classes.size() == 1 ? "" : "s"));
  }
  if (classes.size() == 1) {
    return refuse(
        fmt::format("holds one class only ('{}') and a classifier needs two", classes[0].name));
  }
  for (const ClassFolder& one : classes) {
    if (one.photos.empty()) {
      return base::fail(base::ErrorKind::kInvalid,
                        fmt::format("the class '{}' has no photos in {}: add some, or remove the "
                                    "folder",
                                    one.name, (folder / one.name).string()));
    }
  }
  return {};
}

void add_samples(std::vector<Sample>& samples, std::vector<base::Path> photos, std::size_t label) {
  for (base::Path& photo : photos) {
    samples.push_back({std::move(photo), static_cast<int>(label)});
  }
}

// "'a', 'b', 'c' and 9 more"
std::string quote_some(std::span<const std::string> names) {
  constexpr std::size_t kShown = 3;
  const auto shown = names.first(std::min(names.size(), kShown));
  std::string text = fmt::format("'{}'", fmt::join(shown, "', '"));
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text;
}

base::Result<void> take_train(Dataset& dataset, PhotoListing& listing) {
  std::vector<ClassFolder>& found = listing.split(Split::kTrain);
  KENNEL_TRY_VOID(check_train(listing.layout.train, found, listing.passed_over));
  std::vector<std::string> lonely;
  for (ClassFolder& one : found) {
    if (one.photos.size() == 1) lonely.push_back(one.name);
    add_samples(dataset.split(Split::kTrain), std::move(one.photos), dataset.classes.size());
    dataset.classes.push_back(std::move(one.name));
  }
  if (!lonely.empty()) {
    dataset.notes.push_back(fmt::format("only one photo to train on: {}", quote_some(lonely)));
  }
  return {};
}

base::Result<void> check_unknown(const Dataset& dataset, const base::Path& folder,
                                 const std::vector<ClassFolder>& found) {
  std::vector<std::string> unknown;
  for (const ClassFolder& one : found) {
    const bool known = std::ranges::binary_search(dataset.classes, one.name);
    if (!known && !one.photos.empty()) unknown.push_back(one.name);
  }
  if (unknown.empty()) return {};
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("{} has {} that train does not have: {}; add them to train, or "
                                "remove them here",
                                folder.string(), unknown.size() == 1 ? "a class" : "classes",
                                quote_some(unknown)));
}

// Valid or test, whose classes must be among train's.
base::Result<void> take_split(Dataset& dataset, Split split, const base::Path& folder,
                              std::vector<ClassFolder> found) {
  KENNEL_TRY_VOID(check_unknown(dataset, folder, found));
  std::vector<std::string> missing;
  for (std::size_t label = 0; label < dataset.classes.size(); ++label) {
    const auto one = std::ranges::find(found, dataset.classes[label], &ClassFolder::name);
    if (one == found.end() || one->photos.empty()) {
      missing.push_back(dataset.classes[label]);
    } else {
      add_samples(dataset.split(split), std::move(one->photos), label);
    }
  }
  if (dataset.split(split).empty()) {
    return base::fail(
        base::ErrorKind::kInvalid,
        fmt::format("{} holds no photos: add some, or remove the folder", folder.string()));
  }
  if (!missing.empty()) {
    dataset.notes.push_back(
        fmt::format("no photos in {}: {}", to_name(split), quote_some(missing)));
  }
  return {};
}

base::Result<void> make_up_splits(Dataset& dataset, const Layout& layout,
                                  const ScanOptions& options) {
  const bool with_test = !layout.has_splits;
  KENNEL_TRY_VOID(split_off(dataset, with_test, options));
  const auto count = [&](Split split) { return dataset.split(split).size(); };
  dataset.notes.push_back(
      with_test ? fmt::format("no splits given: {} photos split off for valid and {} for test, "
                              "{} left to train on (seed {})",
                              count(Split::kValid), count(Split::kTest), count(Split::kTrain),
                              options.seed)
                : fmt::format("no valid split given: {} photos split off from train, {} left "
                              "(seed {})",
                              count(Split::kValid), count(Split::kTrain), options.seed));
  return {};
}

void note_passed_over(Dataset& dataset, const std::vector<base::Path>& paths,
                      std::string_view what) {
  if (paths.empty()) return;
  dataset.notes.push_back(
      fmt::format("passed over {} {}, such as {}", paths.size(), what, paths[0].string()));
}

}  // namespace

std::string_view to_name(Split split) {
  constexpr std::array<std::string_view, 3> kNames{"train", "valid", "test"};
  return kNames[static_cast<std::size_t>(split)];
}

base::Result<Dataset> to_dataset(PhotoListing listing, const ScanOptions& options) {
  KENNEL_TRY_VOID(check_fractions(options));
  const Layout& layout = listing.layout;
  Dataset dataset;
  KENNEL_TRY_VOID(take_train(dataset, listing));
  if (layout.valid) {
    KENNEL_TRY_VOID(
        take_split(dataset, Split::kValid, *layout.valid, std::move(listing.split(Split::kValid))));
  } else {
    KENNEL_TRY_VOID(make_up_splits(dataset, layout, options));
  }
  if (layout.test) {
    KENNEL_TRY_VOID(
        take_split(dataset, Split::kTest, *layout.test, std::move(listing.split(Split::kTest))));
  } else if (layout.has_splits) {
    dataset.notes.push_back("no test split given: the model is not tested");
  }
  note_passed_over(dataset, listing.passed_over.nested, "folder(s) inside class folders");
  note_passed_over(dataset, listing.passed_over.loose, "file(s) beside the class folders");
  note_passed_over(dataset, layout.foreign, "folder(s) beside train");
  return dataset;
}

base::Result<Dataset> scan_folder(const base::Path& folder, const ScanOptions& options) {
  KENNEL_TRY_VOID(check_fractions(options));
  KENNEL_TRY(Layout layout, find_layout(folder));
  KENNEL_TRY(PhotoListing listing, list_photos(std::move(layout)));
  return to_dataset(std::move(listing), options);
}

}  // namespace kennel::dataset
