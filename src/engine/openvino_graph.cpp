#include "engine/openvino_graph.h"

#include <openvino/op/add.hpp>
#include <openvino/op/batch_norm.hpp>
#include <openvino/op/clamp.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/divide.hpp>
#include <openvino/op/group_conv.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/max_pool.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/reduce_mean.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/subtract.hpp>
#include <openvino/op/transpose.hpp>

#include "engine/fake_quantize.h"
#include "network/fold.h"

namespace kennel::engine {
namespace {

using Value = ov::Output<ov::Node>;
using Shape = std::vector<std::int64_t>;

template <class Op, class... Arguments>
Value make(Arguments&&... arguments) {
  return std::make_shared<Op>(std::forward<Arguments>(arguments)...)->output(0);
}

Value integers(const std::vector<std::int64_t>& values) {
  return ov::op::v0::Constant::create(ov::element::i64, ov::Shape{values.size()}, values)
      ->output(0);
}

// One number a channel, for [N, 3, H, W].
Value per_channel(const std::array<float, 3>& values) {
  std::vector<float> scaled;
  for (const float value : values) scaled.push_back(value * 255.0F);
  return ov::op::v0::Constant::create(ov::element::f32, ov::Shape{1, 3, 1, 1}, scaled)->output(0);
}

ov::CoordinateDiff symmetric(int padding) { return {padding, padding}; }
ov::Strides both(int stride) {
  return {static_cast<std::size_t>(stride), static_cast<std::size_t>(stride)};
}

// Adds one operation after the other; looks the weights up by name.
class GraphWriter {
 public:
  GraphWriter(const NetworkSpec& spec, Value image)
      : weights_(spec.weights),
        inputs_(spec.backbone, spec.quantization),
        image_(std::move(image)) {}

  // The value of the last step.
  base::Result<Value> add(const std::vector<network::Step>& steps) {
    for (const auto& step : steps) {
      KENNEL_TRY(auto next, std::visit([&](const auto& op) { return add(op, read(step.input)); },
                                       step.operation));
      values_.push_back(std::move(next));
    }
    return values_.back();
  }

  base::Result<Value> add(const network::Convolution& op, const Value& input) {
    const Shape shape{op.out, op.in / op.groups, op.kernel, op.kernel};
    KENNEL_TRY(Value weight, constant(op.name + ".weight", shape));
    if (op.groups > 1) weight = grouped(weight, op);
    if (inputs_.is_quantized(values_.size())) {
      KENNEL_TRY(weight, quantized_weight(weight, op.name));
    }
    Value product = convolution(op, input, weight);
    if (!op.bias) return product;
    const ov::Shape everywhere{1, static_cast<std::size_t>(op.out), 1, 1};
    KENNEL_TRY(const Value bias, constant(op.name + ".bias", {op.out}, everywhere));
    return make<ov::op::v1::Add>(product, bias);
  }

  base::Result<Value> add(const network::BatchNorm& op, const Value& input) {
    const Shape shape{op.channels};
    KENNEL_TRY(const Value gamma, constant(op.name + ".weight", shape));
    KENNEL_TRY(const Value beta, constant(op.name + ".bias", shape));
    KENNEL_TRY(const Value mean, constant(op.name + ".running_mean", shape));
    KENNEL_TRY(const Value variance, constant(op.name + ".running_var", shape));
    return make<ov::op::v5::BatchNormInference>(input, gamma, beta, mean, variance, op.epsilon);
  }

  base::Result<Value> add(const network::Relu&, const Value& input) {
    return make<ov::op::v0::Relu>(input);
  }

  base::Result<Value> add(const network::Relu6&, const Value& input) {
    return make<ov::op::v0::Clamp>(input, 0.0, 6.0);
  }

  base::Result<Value> add(const network::MaxPool& op, const Value& input) {
    const auto side = [](int size) {
      return ov::Shape{static_cast<std::size_t>(size), static_cast<std::size_t>(size)};
    };
    return make<ov::op::v1::MaxPool>(input, both(op.stride), side(op.padding.begin),
                                     side(op.padding.end), side(op.kernel));
  }

  base::Result<Value> add(const network::Add& op, const Value& input) {
    return make<ov::op::v1::Add>(input, read(op.other));
  }

  base::Result<Value> add(const network::GlobalAveragePool&, const Value& input) {
    return make<ov::op::v1::ReduceMean>(input, integers({2, 3}), false);
  }

  base::Result<Value> add(const network::LinearLayer& layer, const Value& input) {
    KENNEL_TRY(const Value weight, constant(layer.name + ".weight", {layer.out, layer.in}));
    KENNEL_TRY(const Value bias, constant(layer.name + ".bias", {layer.out}));
    const Value product = make<ov::op::v0::MatMul>(input, weight, false, true);
    const Value sum = make<ov::op::v1::Add>(product, bias);
    return layer.relu ? make<ov::op::v0::Relu>(sum) : sum;
  }

  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  // A step's value as the step that is being added reads it.
  Value read(int step) {
    const Value& plain = step == network::kImage ? image_ : values_[static_cast<std::size_t>(step)];
    return inputs_.read(values_.size(), step, plain);
  }

  static Value convolution(const network::Convolution& op, const Value& input,
                           const Value& weight) {
    const auto begin = symmetric(op.padding.begin);
    const auto end = symmetric(op.padding.end);
    const auto stride = both(op.stride);
    if (op.groups == 1) {
      return make<ov::op::v1::Convolution>(input, weight, stride, begin, end, both(1));
    }
    return make<ov::op::v1::GroupConvolution>(input, weight, stride, begin, end, both(1));
  }

  base::Result<Value> constant(const std::string& name, const Shape& shape) {
    return constant(name, shape, ov::Shape(shape.begin(), shape.end()));
  }

  // A tensor of `shape`, in the graph with other dimensions.
  base::Result<Value> constant(const std::string& name, const Shape& shape,
                               const ov::Shape& dimensions) {
    KENNEL_TRY(const network::Tensor tensor, weights_.get(name, shape));
    return make<ov::op::v0::Constant>(ov::element::f32, dimensions,
                                      static_cast<const void*>(tensor.bytes.data()));
  }

  // [out, in / groups, k, k] as OpenVINO wants it: [groups, out / groups, in / groups, k, k].
  static Value grouped(const Value& weight, const network::Convolution& op) {
    const auto flat = std::dynamic_pointer_cast<ov::op::v0::Constant>(weight.get_node_shared_ptr());
    const auto size = [](int value) { return static_cast<std::size_t>(value); };
    const ov::Shape shape{size(op.groups), size(op.out / op.groups), size(op.in / op.groups),
                          size(op.kernel), size(op.kernel)};
    return std::make_shared<ov::op::v0::Constant>(ov::element::f32, shape, flat->get_data_ptr())
        ->output(0);
  }

  const network::StateDict& weights_;
  StepInputs inputs_;
  Value image_;
  std::vector<Value> values_;
};

Value normalized(const Value& image, const vision::Transform& transform) {
  const Value real = make<ov::op::v0::Convert>(image, ov::element::f32);
  const Value planes = make<ov::op::v1::Transpose>(real, integers({0, 3, 1, 2}));
  const Value centred = make<ov::op::v1::Subtract>(planes, per_channel(transform.mean));
  return make<ov::op::v1::Divide>(centred, per_channel(transform.std));
}

std::shared_ptr<ov::op::v0::Parameter> image_parameter(int crop) {
  auto image = std::make_shared<ov::op::v0::Parameter>(
      ov::element::u8, ov::PartialShape{ov::Dimension::dynamic(), crop, crop, 3});
  image->output(0).set_names({"image"});
  return image;
}

base::Result<std::shared_ptr<ov::Model>> write_graph(const NetworkSpec& spec) {
  const auto image = image_parameter(spec.backbone.transform.crop);
  GraphWriter writer(spec, normalized(image->output(0), spec.backbone.transform));
  KENNEL_TRY(Value value, writer.add(spec.backbone.steps));
  for (const auto& layer : spec.layers) {
    KENNEL_TRY(Value next, writer.add(layer, value));
    value = next;
  }
  value.set_names({spec.layers.empty() ? "features" : "logits"});
  const auto result = std::make_shared<ov::op::v0::Result>(value);
  return std::make_shared<ov::Model>(ov::ResultVector{result}, ov::ParameterVector{image},
                                     spec.backbone.name);
}

}  // namespace

base::Result<std::shared_ptr<ov::Model>> build_graph(const NetworkSpec& spec) {
  if (spec.quantization == nullptr) return write_graph(spec);
  KENNEL_TRY(const auto weights, network::fold_norms(spec.backbone, spec.weights));
  const auto backbone = network::without_norms(spec.backbone);
  return write_graph({backbone, weights, spec.layers, spec.quantization});
}

base::Result<std::shared_ptr<ov::Model>> build_graph_for(const NetworkSpec& spec,
                                                         Precision precision) {
  const bool quantized = precision == Precision::kInt8;
  if (quantized && spec.quantization == nullptr) {
    return base::fail(base::ErrorKind::kInvalid,
                      "there is no quantization, which int8 needs; see kennel quantize");
  }
  return build_graph(
      {spec.backbone, spec.weights, spec.layers, quantized ? spec.quantization : nullptr});
}

base::Result<std::shared_ptr<ov::Model>> build_values_graph(
    const NetworkSpec& spec, const std::vector<std::string>& values) {
  KENNEL_TRY(const auto weights, network::fold_norms(spec.backbone, spec.weights));
  const auto backbone = network::without_norms(spec.backbone);
  const auto image = image_parameter(backbone.transform.crop);
  const Value normal = normalized(image->output(0), backbone.transform);
  GraphWriter writer({backbone, weights, {}, nullptr}, normal);
  KENNEL_TRY_VOID(writer.add(backbone.steps));
  const auto names = network::value_names(backbone);
  ov::ResultVector results;
  for (const auto& name : values) {
    const auto step = std::ranges::find(names, name) - names.begin();
    const Value& value =
        name == network::kImageValue ? normal : writer.values().at(static_cast<std::size_t>(step));
    results.push_back(std::make_shared<ov::op::v0::Result>(value));
  }
  return std::make_shared<ov::Model>(results, ov::ParameterVector{image}, backbone.name);
}

}  // namespace kennel::engine
