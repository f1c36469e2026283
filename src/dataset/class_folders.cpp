#include "dataset/class_folders.h"

#include "dataset/class_name.h"
#include "dataset/listing.h"

namespace kennel::dataset {
namespace {

void append_paths(std::vector<base::Path>& paths, const base::Path& folder,
                  const std::vector<std::string>& names) {
  for (const std::string& name : names) paths.push_back(folder / name);
}

}  // namespace

base::Result<std::vector<ClassFolder>> read_classes(const base::Path& folder,
                                                    PassedOver& passed_over) {
  KENNEL_TRY(const Listing listing, list_folder(folder));
  append_paths(passed_over.loose, folder, listing.photos);
  std::vector<ClassFolder> classes;
  for (const std::string& name : listing.folders) {
    KENNEL_TRY_VOID(check_class_name(name));
    KENNEL_TRY(const Listing inside, list_folder(folder / name));
    ClassFolder found{name, {}};
    append_paths(found.photos, folder / name, inside.photos);
    append_paths(passed_over.nested, folder / name, inside.folders);
    classes.push_back(std::move(found));
  }
  return classes;
}

}  // namespace kennel::dataset
