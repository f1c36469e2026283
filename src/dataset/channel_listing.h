// The photos of a training job's channels by class: by folders, or by SageMaker's lists.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.h"
#include "dataset/channels.h"
#include "dataset/photo_listing.h"

namespace kennel::dataset {

// By find_layout, where no channel's name ends with "_lst". Otherwise each channel of photos
// (train, validation, test) has one beside it of that name and "_lst", with one .lst file in it:
// lines of a number, a label and the photo's path in its channel, with tabs between them. Photos
// that no line names are left out. A class is called by its label, with leading zeros, so that
// classes are in the order of labels. Errors name the channel, the line, and the photo that is not
// there.
[[nodiscard]] base::Result<PhotoListing> list_channels(std::span<const Channel> channels);

// A line of a list. The path is below the channel, and may be of no photo there. kInvalid, with
// what is wrong.
struct ListedPhoto {
  std::uint32_t label = 0;
  base::Path path;
};
[[nodiscard]] base::Result<ListedPhoto> parse_list_line(std::string_view line);

}  // namespace kennel::dataset
