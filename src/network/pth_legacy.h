// The `.pth` of PyTorch before 1.6: five pickles one after the other, then the bare storages.
//
//   magic number | protocol 1001 | system facts | the object | keys of its storages
//   for each key: element count (int64), elements
#pragma once

#include "network/tensor.h"

namespace kennel::network {

// Starts with the pickle of the magic number 0x1950a86a20f9469cfc6c.
[[nodiscard]] bool is_legacy_pth(base::ByteView bytes);

[[nodiscard]] base::Result<StateDict> parse_legacy_pth(base::ByteView bytes,
                                                       std::shared_ptr<const void> owner);

}  // namespace kennel::network
