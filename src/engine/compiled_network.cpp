#include "engine/compiled_network.h"

#include <openvino/core/version.hpp>
#include <openvino/pass/serialize.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <sstream>

#include "engine/openvino_graph.h"

namespace kennel::engine {
namespace {

class OpenVinoRequest final : public InferenceRequest {
 public:
  explicit OpenVinoRequest(ov::InferRequest request)
      : request_(std::move(request)),
        input_(request_.get_input_tensor()),
        output_(request_.get_output_tensor()) {}

  std::span<std::uint8_t> input() override {
    return {input_.data<std::uint8_t>(), input_.get_size()};
  }
  void run() override { request_.infer(); }
  std::span<const float> output() const override {
    return {output_.data<float>(), output_.get_size()};
  }

 private:
  ov::InferRequest request_;
  ov::Tensor input_;
  ov::Tensor output_;
};

class OpenVinoNetwork final : public CompiledNetwork {
 public:
  OpenVinoNetwork(const std::shared_ptr<ov::Model>& graph, const ov::AnyMap& properties)
      : compiled_(core_.compile_model(graph, "CPU", properties)) {}

  std::unique_ptr<InferenceRequest> make_request() override {
    return std::make_unique<OpenVinoRequest>(compiled_.create_infer_request());
  }
  int batch_size() const override { return static_cast<int>(compiled_.input().get_shape()[0]); }
  int output_width() const override { return static_cast<int>(compiled_.output().get_shape()[1]); }

 private:
  ov::Core core_;
  ov::CompiledModel compiled_;
};

// What floating-point steps compute in; int8 is in the graph.
ov::AnyMap to_properties(const CompileOptions& options) {
  const auto floats = options.precision == Precision::kInt8 ? fastest_float() : options.precision;
  const auto type = floats == Precision::kBf16 ? ov::element::bf16 : ov::element::f32;
  return {ov::hint::inference_precision(type), ov::num_streams(options.streams),
          ov::inference_num_threads(options.threads)};
}

base::Bytes to_bytes(const std::ostringstream& stream) {
  const std::string_view text = stream.view();
  return {text.begin(), text.end()};
}

}  // namespace

base::Result<std::unique_ptr<CompiledNetwork>> compile(const NetworkSpec& spec,
                                                       const CompileOptions& options) {
  const bool quantized = options.precision == Precision::kInt8;
  if (quantized && spec.quantization == nullptr) {
    return base::fail(base::ErrorKind::kInvalid,
                      "there is no quantization, which int8 needs; see kennel quantize");
  }
  KENNEL_TRY(const auto graph, build_graph({spec.backbone, spec.weights, spec.layers,
                                            quantized ? spec.quantization : nullptr}));
  const int crop = spec.backbone.transform.crop;
  graph->reshape(ov::PartialShape{options.batch_size, crop, crop, 3});
  return std::make_unique<OpenVinoNetwork>(graph, to_properties(options));
}

base::Result<GraphFiles> to_graph_files(const NetworkSpec& spec) {
  KENNEL_TRY(const auto graph, build_graph(spec));
  std::ostringstream xml;
  std::ostringstream bin;
  ov::pass::Serialize(xml, bin).run_on_model(graph);
  return GraphFiles{to_bytes(xml), to_bytes(bin)};
}

std::string_view engine_version() {
  static const ov::Version version = ov::get_openvino_version();
  return version.buildNumber;
}

}  // namespace kennel::engine
