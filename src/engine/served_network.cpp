#include "engine/served_network.h"

#include <fmt/format.h>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <sstream>

#include "engine/openvino_graph.h"
#include "engine/openvino_properties.h"

namespace kennel::engine {
namespace {

class OpenVinoLane final : public Lane {
 public:
  OpenVinoLane(ov::InferRequest request, int batch_max)
      : request_(std::move(request)),
        input_shape_(request_.get_compiled_model().input().get_partial_shape().get_max_shape()) {
    input_shape_[0] = static_cast<std::size_t>(batch_max);
    images_ = ov::Tensor(ov::element::u8, input_shape_);
  }

  std::span<std::uint8_t> image(int place) override {
    const std::size_t size = images_.get_size() / images_.get_shape()[0];
    return std::span(images_.data<std::uint8_t>(), images_.get_size())
        .subspan(static_cast<std::size_t>(place) * size, size);
  }

  std::span<const float> run(int count) override {
    input_shape_[0] = static_cast<std::size_t>(count);
    request_.set_input_tensor(ov::Tensor(ov::element::u8, input_shape_, images_.data()));
    request_.infer();
    output_ = request_.get_output_tensor();
    return {output_.data<float>(), output_.get_size()};
  }

 private:
  ov::InferRequest request_;
  ov::Shape input_shape_;
  ov::Tensor images_;
  ov::Tensor output_;
};

class OpenVinoServedNetwork final : public ServedNetwork {
 public:
  OpenVinoServedNetwork(const std::shared_ptr<ov::Model>& graph, const ServedOptions& options)
      : compiled_(core_.compile_model(graph, "CPU", to_properties(options))),
        batch_max_(options.batch_max) {}
  OpenVinoServedNetwork(std::shared_ptr<const base::MappedFile> file, const ov::Tensor& compiled,
                        const ServedOptions& options)
      : file_(std::move(file)),
        compiled_(core_.import_model(compiled, "CPU", to_properties(options))),
        batch_max_(options.batch_max) {}

  std::unique_ptr<Lane> make_lane() override {
    return std::make_unique<OpenVinoLane>(compiled_.create_infer_request(), batch_max_);
  }
  std::string export_compiled() override {
    std::ostringstream stream;  // OpenVINO goes back in it
    compiled_.export_model(stream);
    return std::move(stream).str();
  }

 private:
  static ov::AnyMap to_properties(const ServedOptions& options) {
    return openvino_properties(options.precision, options.streams, options.threads);
  }

  std::shared_ptr<const base::MappedFile> file_;  // outlives what is compiled
  ov::Core core_;
  ov::CompiledModel compiled_;
  int batch_max_;
};

}  // namespace

base::Result<std::unique_ptr<ServedNetwork>> compile_to_serve(const NetworkSpec& spec,
                                                              const ServedOptions& options) {
  KENNEL_TRY(const auto graph, build_graph_for(spec, options.precision));
  const int crop = spec.backbone.transform.crop;
  graph->reshape(ov::PartialShape{ov::Dimension(1, options.batch_max), crop, crop, 3});
  return std::make_unique<OpenVinoServedNetwork>(graph, options);
}

base::Result<std::unique_ptr<ServedNetwork>> import_network(
    std::shared_ptr<const base::MappedFile> file, base::ByteView compiled,
    const ServedOptions& options) {
  try {
    // OpenVINO reads it only, but its tensors know no const.
    const ov::Tensor bytes(ov::element::u8, ov::Shape{compiled.size()},
                           const_cast<std::uint8_t*>(compiled.data()));
    return std::make_unique<OpenVinoServedNetwork>(std::move(file), bytes, options);
  } catch (const std::exception& error) {
    return base::fail(base::ErrorKind::kCorrupt,
                      fmt::format("OpenVINO does not take it: {}", error.what()));
  }
}

}  // namespace kennel::engine
