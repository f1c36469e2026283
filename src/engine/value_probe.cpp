#include "engine/value_probe.h"

#include <algorithm>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "engine/openvino_graph.h"

namespace kennel::engine {
namespace {

class OpenVinoReader final : public ValueReader {
 public:
  explicit OpenVinoReader(ov::InferRequest request) : request_(std::move(request)) {}

  void run(std::span<const std::uint8_t> image) override {
    auto input = request_.get_input_tensor();
    std::ranges::copy(image, input.data<std::uint8_t>());
    request_.infer();
  }
  std::span<const float> value(std::size_t index) const override {
    const auto output = request_.get_output_tensor(index);
    return {output.data<const float>(), output.get_size()};
  }

 private:
  mutable ov::InferRequest request_;
};

class OpenVinoProbe final : public ValueProbe {
 public:
  OpenVinoProbe(const std::shared_ptr<ov::Model>& graph, const ov::AnyMap& properties)
      : compiled_(core_.compile_model(graph, "CPU", properties)) {}

  std::unique_ptr<ValueReader> make_reader() override {
    return std::make_unique<OpenVinoReader>(compiled_.create_infer_request());
  }

 private:
  ov::Core core_;
  ov::CompiledModel compiled_;
};

}  // namespace

base::Result<std::unique_ptr<ValueProbe>> compile_probe(const NetworkSpec& spec,
                                                        const std::vector<std::string>& values,
                                                        int threads) {
  KENNEL_TRY(const auto graph, build_values_graph(spec, values));
  const int crop = spec.backbone.transform.crop;
  graph->reshape(ov::PartialShape{1, crop, crop, 3});
  return std::make_unique<OpenVinoProbe>(
      graph, ov::AnyMap{ov::hint::inference_precision(ov::element::f32), ov::num_streams(threads),
                        ov::inference_num_threads(threads)});
}

}  // namespace kennel::engine
