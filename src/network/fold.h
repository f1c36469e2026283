// A BatchNorm in inference form is a multiplication and an addition a channel, so that it can go
// into the convolution before it: the same function with fewer steps. That is what is quantized:
// rounding must know the weights that are really multiplied with.
#pragma once

#include "base/error.h"
#include "network/backbone.h"
#include "network/tensor.h"

namespace kennel::network {

// The backbone without those BatchNorms that alone read a convolution; the convolutions before
// them have a bias instead.
[[nodiscard]] Backbone without_norms(const Backbone& backbone);

// The weights for without_norms(backbone): "<convolution>.weight" times gamma / sqrt(variance +
// epsilon), and "<convolution>.bias" of beta - mean * that factor. What is not folded stays.
// kInvalid, by name, when a tensor is missing or of another shape.
[[nodiscard]] base::Result<StateDict> fold_norms(const Backbone& backbone,
                                                 const StateDict& weights);

}  // namespace kennel::network
