// Weight files from elsewhere. A `.pth` is a pickle, and a pickle is a program: our reader knows
// tensors and containers, and refuses everything else by name. Nothing is ever executed.
#pragma once

#include "base/bytes.h"
#include "base/disk.h"
#include "base/error.h"
#include "network/tensor.h"

namespace kennel::network {

// `.pth` (zip of PyTorch >= 1.6, or the older bare pickle) and `.safetensors`, told apart by
// content. A checkpoint that wraps its weights ({"state_dict": ...} or {"model": ...}) is
// unwrapped; a "module." prefix common to all names is dropped. Errors name the file, and what was
// refused.
[[nodiscard]] base::Result<StateDict> read_weights_file(const base::Path& path);

// The same from memory; `owner` keeps the bytes alive for the tensors, which point into them
// where their layout allows.
[[nodiscard]] base::Result<StateDict> parse_weights(base::ByteView bytes,
                                                    std::shared_ptr<const void> owner);
[[nodiscard]] base::Result<StateDict> parse_pth(base::ByteView bytes,
                                                std::shared_ptr<const void> owner);
[[nodiscard]] base::Result<StateDict> parse_safetensors(base::ByteView bytes,
                                                        std::shared_ptr<const void> owner);

// A zip `.pth` that `torch.load(weights_only=True)` reads as an OrderedDict of CPU tensors; stored,
// not deflated, each tensor's bytes aligned to 64. The same bytes for the same tensors.
[[nodiscard]] base::Bytes to_pth(const StateDict& tensors);

}  // namespace kennel::network
