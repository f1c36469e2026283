#include "engine/step_errors.h"

#include <algorithm>
#include <set>

#include "network/fold.h"

namespace kennel::engine {
namespace {

// The outputs of all images, one after the other.
base::Result<std::vector<float>> outputs_of(const NetworkSpec& spec,
                                            std::span<const vision::Image> images,
                                            Precision precision, int threads) {
  KENNEL_TRY(const auto network, compile(spec, {.precision = precision, .threads = threads}));
  const auto request = network->make_request();
  std::vector<float> outputs;
  for (const auto& image : images) {
    std::ranges::copy(image.pixels, request->input().begin());
    request->run();
    const auto row = std::as_const(*request).output();
    outputs.insert(outputs.end(), row.begin(), row.end());
  }
  return outputs;
}

double mean_squared_difference(const std::vector<float>& left, const std::vector<float>& right) {
  double sum = 0;
  for (std::size_t at = 0; at < left.size(); ++at) {
    const double difference = double{left[at]} - double{right[at]};
    sum += difference * difference;
  }
  return sum / static_cast<double>(std::max<std::size_t>(left.size(), 1));
}

}  // namespace

base::Result<std::vector<StepError>> measure_step_errors(const NetworkSpec& spec,
                                                         std::span<const vision::Image> images,
                                                         const CalibrationOptions& options) {
  KENNEL_TRY(const auto exact, outputs_of(spec, images, Precision::kF32, options.threads));
  const auto steps = network::quantizable_steps(network::without_norms(spec.backbone));
  std::set<std::string> all;
  for (const auto& step : steps) all.insert(step.name);
  std::vector<StepError> errors;
  for (const auto& step : steps) {
    if (options.stop != nullptr && *options.stop) {
      return base::fail(base::ErrorKind::kInterrupted, "stopped while measuring layers");
    }
    network::Quantization alone = *spec.quantization;
    alone.kept = all;
    alone.kept.erase(step.name);
    KENNEL_TRY(const auto outputs, outputs_of({spec.backbone, spec.weights, spec.layers, &alone},
                                              images, Precision::kInt8, options.threads));
    errors.push_back({step.name, mean_squared_difference(exact, outputs)});
    if (options.progress) options.progress(errors.size(), steps.size());
  }
  std::ranges::stable_sort(errors, std::ranges::greater{}, &StepError::error);
  return errors;
}

}  // namespace kennel::engine
