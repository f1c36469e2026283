#include "dataset/labelled_photos.h"

#include <fmt/format.h>

#include <map>

#include "dataset/class_folders.h"
#include "dataset/layout.h"

namespace kennel::dataset {
namespace {

std::optional<base::Path> find_split(const Layout& layout, std::string_view split) {
  if (split == "test") return layout.test;
  if (split == "valid") return layout.valid;
  return layout.train;
}

std::string choose(const Layout& layout, std::string_view split) {
  if (split != "auto") return std::string(split);
  if (!layout.has_splits) return "all";
  if (layout.test) return "test";
  return layout.valid ? "valid" : "train";
}

base::Result<std::vector<base::Path>> get_folders(const base::Path& folder, const Layout& layout,
                                                  const std::string& split) {
  std::vector<base::Path> folders;
  if (split == "all") {
    for (const Split one : kSplits) {
      const auto found = find_split(layout, to_name(one));
      if (found) folders.push_back(*found);
    }
    return folders;
  }
  const auto found = find_split(layout, split);
  if (!layout.has_splits || !found) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("{} has no split '{}'; leave --split out, or name one that is "
                                  "there",
                                  folder.string(), split));
  }
  folders.push_back(*found);
  return folders;
}

}  // namespace

base::Result<LabelledPhotos> scan_labelled(const base::Path& folder, std::string_view split) {
  KENNEL_TRY(const Layout layout, find_layout(folder));
  LabelledPhotos photos{.split = choose(layout, split)};
  KENNEL_TRY(const auto folders, get_folders(folder, layout, photos.split));
  std::map<std::string, std::vector<base::Path>> by_class;
  PassedOver ignored;
  for (const auto& one : folders) {
    KENNEL_TRY(const auto classes, read_classes(one, ignored));
    for (const auto& found : classes) {
      auto& paths = by_class[found.name];
      paths.insert(paths.end(), found.photos.begin(), found.photos.end());
    }
  }
  for (const auto& [name, paths] : by_class) {
    if (paths.empty()) continue;
    const auto label = static_cast<int>(photos.classes.size());
    photos.classes.push_back(name);
    for (const auto& path : paths) photos.samples.push_back({path, label});
  }
  if (!photos.samples.empty()) return photos;
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("{} holds no photos: kennel reads {}", folder.string(), kLayouts));
}

}  // namespace kennel::dataset
