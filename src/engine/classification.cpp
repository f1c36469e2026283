#include "engine/classification.h"

#include <algorithm>

#include "engine/compiled_network.h"

namespace kennel::engine {
namespace {

constexpr int kBatchSizeMax = 4;

// A lone photo gets all threads for itself; many share them out, a stream each.
CompileOptions compile_options(std::size_t photos, const ClassificationOptions& options) {
  const int streams = static_cast<int>(
      std::clamp<std::size_t>(photos, 1, static_cast<std::size_t>(options.threads)));
  const auto batch_size =
      std::clamp<std::size_t>(photos / static_cast<std::size_t>(streams), 1, kBatchSizeMax);
  return {.precision = options.precision,
          .batch_size = static_cast<int>(batch_size),
          .streams = streams,
          .threads = options.threads};
}

}  // namespace

base::Result<Precision> choose_precision(std::string_view name, const network::Package& package) {
  KENNEL_TRY(const Precision precision, parse_precision(name));
  const bool quantized = package.quantization.has_value();
  if (name == "auto" && quantized && package.quantization->preferred && computes_int8()) {
    return Precision::kInt8;
  }
  if (precision != Precision::kInt8 || quantized) return precision;
  return base::fail(base::ErrorKind::kInvalid,
                    "the package has no quantization, which int8 needs: make a package that has "
                    "one with `kennel quantize PACKAGE --calibrate DIR`");
}

base::Result<NetworkSpec> spec_of(const network::Package& package) {
  KENNEL_TRY(const network::Backbone* backbone, network::get_backbone(package.backbone));
  return NetworkSpec{*backbone, package.weights,
                     network::head_layers(backbone->feature_width, package.hidden,
                                          static_cast<int>(package.classes.size())),
                     package.quantization ? &*package.quantization : nullptr};
}

base::Result<std::unique_ptr<CompiledNetwork>> compile_package(const network::Package& package,
                                                               const CompileOptions& options) {
  KENNEL_TRY(const NetworkSpec spec, spec_of(package));
  return compile(spec, options);
}

base::Result<ClassifiedPhotos> classify(const network::Package& package,
                                        std::span<const base::Path> photos,
                                        const ClassificationOptions& options) {
  KENNEL_TRY(const network::Backbone* backbone, network::get_backbone(package.backbone));
  const auto compiling = compile_options(photos.size(), options);
  KENNEL_TRY(const auto network, compile_package(package, compiling));
  ClassifiedPhotos result;
  result.logits.resize(photos.size());
  std::size_t done = 0;
  const auto count = [&] {
    if (options.progress) options.progress(++done, photos.size());
  };
  run_photos(*network, backbone->transform, photos,
             {.threads = compiling.streams, .stop = options.stop},
             {.row =
                  [&](std::size_t index, std::span<const float> row) {
                    result.logits[index].assign(row.begin(), row.end());
                    count();
                  },
              .failure =
                  [&](PhotoFailure failure) {
                    result.failures.push_back(std::move(failure));
                    count();
                  }});
  if (options.stop != nullptr && *options.stop) {
    return base::fail(base::ErrorKind::kInterrupted, "stopped");
  }
  std::ranges::sort(result.failures, {}, &PhotoFailure::index);
  return result;
}

}  // namespace kennel::engine
