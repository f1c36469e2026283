#include "dataset/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

#include "dataset/listing.h"

namespace kennel::dataset {
namespace {

base::Result<void> check_folder(const base::Path& folder) {
  std::error_code error;
  const auto status = std::filesystem::status(folder, error);
  if (std::filesystem::is_directory(status)) return {};
  if (!std::filesystem::exists(status)) {
    return base::fail(
        base::ErrorKind::kNotFound,
        fmt::format("there is no folder {}: name one that holds {}", folder.string(), kLayouts));
  }
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("{} is a file: name a folder that holds {}", folder.string(), kLayouts));
}

bool is_valid_name(std::string_view name) {
  return name == "valid" || name == "val" || name == "validation";
}
bool is_split_name(std::string_view name) {
  return name == "train" || name == "test" || is_valid_name(name);
}

// A folder `train` without sub-folders, among others, holds photos of trains.
base::Result<bool> is_class_named_train(const base::Path& folder, const Listing& top) {
  const bool among_others =
      std::ranges::any_of(top.folders, [](const auto& name) { return !is_split_name(name); });
  if (!among_others) return false;
  KENNEL_TRY(const Listing train, list_folder(folder / "train"));
  return train.folders.empty() && !train.photos.empty();
}

// The first sub-folder that is named like valid; two of them are an error.
base::Result<std::optional<base::Path>> find_valid(const base::Path& folder, const Listing& top) {
  std::optional<base::Path> valid;
  for (const std::string& name : top.folders) {
    if (!is_valid_name(name)) continue;
    if (valid) {
      return base::fail(base::ErrorKind::kInvalid,
                        fmt::format("{} has both '{}' and '{}': keep one of them", folder.string(),
                                    valid->filename().string(), name));
    }
    valid = folder / name;
  }
  return valid;
}

base::Result<Layout> find_unsplit(const base::Path& folder, const Listing& top) {
  const auto split = std::ranges::find_if(top.folders, is_split_name);
  if (split == top.folders.end()) return Layout{.train = folder};
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("{} has a folder '{}' but none named 'train': kennel reads {}",
                                folder.string(), *split, kLayouts));
}

}  // namespace

base::Result<Layout> find_layout(const base::Path& folder) {
  KENNEL_TRY_VOID(check_folder(folder));
  KENNEL_TRY(const Listing top, list_folder(folder));
  const auto has = [&top](std::string_view name) {
    return std::ranges::binary_search(top.folders, name, std::less<>{});
  };
  if (!has("train")) return find_unsplit(folder, top);
  KENNEL_TRY(const bool is_class, is_class_named_train(folder, top));
  if (is_class) return Layout{.train = folder};
  Layout layout{.train = folder / "train", .has_splits = true};
  if (has("test")) layout.test = folder / "test";
  KENNEL_TRY(layout.valid, find_valid(folder, top));
  for (const std::string& name : top.folders) {
    if (!is_split_name(name)) layout.foreign.push_back(folder / name);
  }
  return layout;
}

}  // namespace kennel::dataset
