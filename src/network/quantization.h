// How a network computes in 8-bit integers, as data: which of its steps do, and the range of every
// value that they read. Weights need no data: their scales follow from the weights themselves. The
// steps and values are those of the backbone without its BatchNorms (network/fold.h); the head's
// layers are a thousandth of the work and stay in floating point.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "network/backbone.h"

namespace kennel::network {

// 256 levels from `low` to `high`; what lies outside is cut off. low <= 0 <= high, low < high.
struct ValueRange {
  float low = 0;
  float high = 0;

  bool operator==(const ValueRange&) const = default;
};

struct Quantization {
  std::map<std::string, ValueRange> activations;  // by value
  std::set<std::string> kept;                     // steps that stay in floating point
  bool preferred = false;  // it held its check and was the fastest precision where it was made
  // What the ranges come from, and how good the network is with them: free form.
  nlohmann::json calibration = nlohmann::json::object();
  nlohmann::json check = nlohmann::json::object();
};

// A convolution or an addition: what can compute in 8 bits.
struct QuantizableStep {
  std::string name;
  std::vector<std::string> values;  // that it reads
};

// The name of every step's value: a convolution's own name, and for others that of their input
// with what is done to it: "layer1.0.conv3.add.relu".
[[nodiscard]] std::vector<std::string> value_names(const Backbone& folded);
inline constexpr const char* kImageValue = "image";  // the normalized input

[[nodiscard]] std::vector<QuantizableStep> quantizable_steps(const Backbone& folded);

// The values that the steps read that are not kept, each once, in the network's order.
[[nodiscard]] std::vector<std::string> values_to_quantize(const Backbone& folded,
                                                          const std::set<std::string>& kept);

[[nodiscard]] nlohmann::json to_json(const Quantization& quantization);

// Foreign: kCorrupt for a name that the backbone does not have, a number that is none or no range,
// and a range that is missing.
[[nodiscard]] base::Result<Quantization> parse_quantization(const nlohmann::json& value,
                                                            const Backbone& backbone);

}  // namespace kennel::network
