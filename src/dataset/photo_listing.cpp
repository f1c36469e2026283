#include "dataset/photo_listing.h"

#include <algorithm>

namespace kennel::dataset {

base::Result<PhotoListing> list_photos(Layout layout) {
  PhotoListing listing;
  KENNEL_TRY(listing.split(Split::kTrain), read_classes(layout.train, listing.passed_over));
  if (layout.valid) {
    KENNEL_TRY(listing.split(Split::kValid), read_classes(*layout.valid, listing.passed_over));
  }
  if (layout.test) {
    KENNEL_TRY(listing.split(Split::kTest), read_classes(*layout.test, listing.passed_over));
  }
  listing.layout = std::move(layout);
  return listing;
}

void add_photo(std::vector<ClassFolder>& classes, const std::string& name,
               const base::Path& photo) {
  auto place = std::ranges::lower_bound(classes, name, {}, &ClassFolder::name);
  if (place == classes.end() || place->name != name) place = classes.insert(place, {name, {}});
  const auto at = std::ranges::lower_bound(place->photos, photo);
  if (at == place->photos.end() || *at != photo) place->photos.insert(at, photo);
}

}  // namespace kennel::dataset
