// An instance's part of a job's photos.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "dataset/photo_listing.h"
#include "instance/contract.h"
#include "instance/frame.h"

namespace kennel::instance {

struct PhotoOfShare {
  dataset::Split split = dataset::Split::kTrain;
  std::string class_name;
  base::Path path;
};

struct ShareOptions {
  double fraction = 1;  // of the training photos, as in train::RunOptions
  std::uint64_t seed = 1;
};

// True where some channel gives each instance photos of its own.
[[nodiscard]] bool is_sharded(const Contract& contract);

// All photos of sharded channels, and of the others each instance's n-th. Errors are
// dataset::to_dataset's.
[[nodiscard]] base::Result<std::vector<PhotoOfShare>> choose_share(
    const Contract& contract, const dataset::PhotoListing& listing, const ShareOptions& options);

// The readable photos of a share, as other instances are told of them.
[[nodiscard]] std::vector<SharedPhoto> to_shared(const Contract& contract,
                                                 const std::vector<PhotoOfShare>& share,
                                                 const engine::Features& features);

}  // namespace kennel::instance
