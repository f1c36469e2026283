// From what a file holds to named tensors: finds the weights in a checkpoint and names them.
#pragma once

#include <functional>

#include "base/error.h"
#include "network/pickle.h"
#include "network/strided.h"
#include "network/tensor.h"

namespace kennel::network {

// Finds a storage of the file; asked at most once for each.
using StorageSource = std::function<base::Result<Storage>(const PickledStorage&)>;

// The state dict in `pickle`, or in the {"state_dict": ...} around it. Only the storages that it
// uses are asked for. Strided views are copied, `copy_bytes_max` in all.
[[nodiscard]] base::Result<StateDict> to_state_dict(const Pickle& pickle,
                                                    const StorageSource& find_storage,
                                                    std::uint64_t copy_bytes_max);

// Names without the "module." that DataParallel puts before all of them. kCorrupt for a name that
// is no plain UTF-8, kInvalid when there is no tensor at all.
[[nodiscard]] base::Result<StateDict> with_plain_names(std::vector<StateDict::Entry> entries);

}  // namespace kennel::network
