// The input channels of a training job as a data set's layout.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "base/error.h"
#include "dataset/dataset.h"
#include "dataset/layout.h"

namespace kennel::dataset {

struct Channel {
  std::string name;
  base::Path folder;
};

// "train" or "training", "validation", "valid" or "val", "test".
[[nodiscard]] std::optional<Split> split_of_channel(std::string_view name);

// One channel holds DIR/{train,valid,test}/<class>/ or DIR/<class>/; several are named train (or
// training), validation (valid, val) and test, and hold <class>/ each. In either case all of it may
// lie below one common folder. Errors name the channel: one whose name says nothing, two that say
// the same, none to train on, content in the RecordIO format.
[[nodiscard]] base::Result<Layout> find_layout(std::span<const Channel> channels);

}  // namespace kennel::dataset
