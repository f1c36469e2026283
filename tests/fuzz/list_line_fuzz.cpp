// Any bytes as a line of a .lst file: a path that is taken never leaves its channel.
#include <algorithm>

#include "base/error.h"
#include "dataset/channel_listing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace base = kennel::base;
  const auto photo = kennel::dataset::parse_list_line(base::as_text({data, size}));
  if (!photo) {
    base::check(photo.error().kind == base::ErrorKind::kInvalid, "a bad line is the user's");
    return 0;
  }
  base::check(photo->label <= 99'999, "a label has five digits at most");
  base::check(photo->path.is_relative(), "a path is below its channel");
  base::check(std::ranges::find(photo->path, "..") == photo->path.end(), "and stays there");
  return 0;
}
