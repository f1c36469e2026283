// The OpenVINO wall: a backbone, with or without a head, compiled for this processor.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/precision.h"
#include "network/backbone.h"
#include "network/quantization.h"
#include "network/tensor.h"

namespace kennel::engine {

// A backbone followed by `layers`; without layers its output is the features.
struct NetworkSpec {
  const network::Backbone& backbone;
  const network::StateDict& weights;
  std::vector<network::LinearLayer> layers;
  const network::Quantization* quantization = nullptr;  // for int8
};

struct CompileOptions {
  Precision precision = Precision::kF32;
  int batch_size = 1;
  int streams = 1;  // requests that run at the same time
  int threads = 1;  // over all streams
};

// One place to put images and run the network on them. One thread at a time; requests of one
// network run side by side.
class InferenceRequest {
 public:
  virtual ~InferenceRequest() = default;
  // Room for `batch_size` images [crop, crop, 3], 8-bit RGB.
  [[nodiscard]] virtual std::span<std::uint8_t> input() = 0;
  virtual void run() = 0;
  // [batch_size, output_width], valid until the next run.
  [[nodiscard]] virtual std::span<const float> output() const = 0;
};

// Safe from several threads.
class CompiledNetwork {
 public:
  virtual ~CompiledNetwork() = default;
  [[nodiscard]] virtual std::unique_ptr<InferenceRequest> make_request() = 0;
  [[nodiscard]] virtual int batch_size() const = 0;
  [[nodiscard]] virtual int output_width() const = 0;
};

// kInvalid, by name, when the weights lack a tensor or have another shape; for int8 without a
// quantization. Other precisions leave the quantization out.
[[nodiscard]] base::Result<std::unique_ptr<CompiledNetwork>> compile(const NetworkSpec& spec,
                                                                     const CompileOptions& options);

// The graph in OpenVINO's own exchange format: input "image" u8 [N, crop, crop, 3] RGB, output
// "logits" (or "features") f32 [N, width]; normalization is part of it, and so is a quantization.
struct GraphFiles {
  base::Bytes xml;
  base::Bytes bin;
};
[[nodiscard]] base::Result<GraphFiles> to_graph_files(const NetworkSpec& spec);

// OpenVINO's version: features of one build are not mixed with those of another.
[[nodiscard]] std::string_view engine_version();

}  // namespace kennel::engine
