#include "engine/fake_quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <openvino/op/constant.hpp>
#include <openvino/op/fake_quantize.hpp>

#include "engine/range_meter.h"

namespace kennel::engine {
namespace {

using ov::op::v0::Constant;
using ov::op::v0::FakeQuantize;
using Value = ov::Output<ov::Node>;

constexpr std::size_t kValueLevels = 256;
constexpr std::size_t kWeightLevels = 255;
// A channel whose weights are all zero has a scale nevertheless.
constexpr float kSmallestWeight = 1e-20F;

Value numbers(const std::vector<float>& values, const ov::Shape& shape) {
  return Constant::create(ov::element::f32, shape, values)->output(0);
}

Value fake_quantize(const Value& value, const Value& low, const Value& high, std::size_t levels) {
  return std::make_shared<FakeQuantize>(value, low, high, low, high, levels)->output(0);
}

// One number for each of the first dimension's.
ov::Shape channel_shape(const ov::Shape& weight) {
  ov::Shape shape(weight.size(), 1);
  shape[0] = weight[0];
  return shape;
}

float largest_magnitude(std::span<const float> values) {
  float largest = kSmallestWeight;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace

base::Result<Value> quantized_weight(const Value& weight, const std::string& name) {
  const auto constant = std::dynamic_pointer_cast<Constant>(weight.get_node_shared_ptr());
  base::check(constant != nullptr, "a layer's weights are constant");
  const ov::Shape shape = channel_shape(constant->get_shape());
  const std::span<const float> values(constant->get_data_ptr<float>(),
                                      ov::shape_size(constant->get_shape()));
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
    return base::fail(
        base::ErrorKind::kInvalid,
        fmt::format("{}.weight holds what is no number; int8 has no place for it", name));
  }
  const std::size_t per_channel = values.size() / shape[0];
  std::vector<float> high;
  for (std::size_t channel = 0; channel < shape[0]; ++channel) {
    high.push_back(largest_magnitude(values.subspan(channel * per_channel, per_channel)));
  }
  std::vector<float> low = high;
  for (float& side : low) side = -side;
  return fake_quantize(weight, numbers(low, shape), numbers(high, shape), kWeightLevels);
}

StepInputs::StepInputs(const network::Backbone& folded, const network::Quantization* quantization)
    : quantization_(quantization) {
  if (quantization == nullptr) return;
  names_ = network::value_names(folded);
  in_8_bits_.resize(names_.size(), false);
  for (const auto& step : network::quantizable_steps(folded)) {
    const auto at = std::ranges::find(names_, step.name) - names_.begin();
    in_8_bits_[static_cast<std::size_t>(at)] = !quantization->kept.contains(step.name);
  }
}

Value StepInputs::read(std::size_t step, int value, const Value& plain) {
  if (!is_quantized(step)) return plain;
  const auto found = quantized_.find(value);
  if (found != quantized_.end()) return found->second;
  const std::string& name =
      value == network::kImage ? network::kImageValue : names_[static_cast<std::size_t>(value)];
  const auto range = with_zero_on_a_level(quantization_->activations.at(name));
  const Value made =
      fake_quantize(plain, numbers({range.low}, {}), numbers({range.high}, {}), kValueLevels);
  return quantized_.emplace(value, made).first->second;
}

}  // namespace kennel::engine
