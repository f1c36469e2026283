// What decoding and the network cost alone, for the ceiling of a server of that model on this
// machine: in turn, nothing else running. Prints one JSON object a repetition.
//
//   kennel_serving_ceiling PACKAGE PRECISION REPETITIONS PHOTO...
#include <fmt/format.h>
#include <sched.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/parallel.h"
#include "engine/photo.h"
#include "engine/served_model.h"

namespace kennel {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kBatch = 8;
constexpr int kBatchesAlone = 40;  // a thread

int processor_count() {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  return sched_getaffinity(0, sizeof processors, &processors) == 0 ? CPU_COUNT(&processors) : 1;
}

// Core-seconds a photo that lies in memory, nothing else running.
double measure_decoding(const std::vector<base::Bytes>& photos, const vision::Transform& transform,
                        int threads) {
  constexpr std::size_t kRounds = 4;
  const std::size_t count = kRounds * photos.size();
  const auto start = SteadyClock::now();
  base::parallel_for(count, threads, [&](std::size_t index, int) {
    base::check(engine::to_square(photos[index % photos.size()], transform).has_value(),
                "photos decode");
  });
  return base::seconds_between(start, SteadyClock::now()) * threads / static_cast<double>(count);
}

// Core-seconds a photo, all lanes busy with full batches, nothing else running.
double measure_inference(engine::ServedNetwork& network, int threads) {
  std::vector<std::unique_ptr<engine::Lane>> lanes;
  for (int thread = 0; thread < threads; ++thread) {
    lanes.push_back(network.make_lane());
    lanes.back()->run(kBatch);
  }
  const auto batches = static_cast<std::size_t>(threads) * kBatchesAlone;
  const auto start = SteadyClock::now();
  base::parallel_for(batches, threads, [&](std::size_t, int thread) {
    lanes[static_cast<std::size_t>(thread)]->run(kBatch);
  });
  return base::seconds_between(start, SteadyClock::now()) * threads /
         static_cast<double>(batches * kBatch);
}

base::Result<void> run(int argc, char** argv) {
  const int threads = processor_count();
  engine::ServedModelOptions options{
      .serving = {.batch_max = kBatch, .streams = threads, .threads = threads}};
  options.precision = argv[2];
  KENNEL_TRY(const auto model, engine::load_served_model(argv[1], options));
  std::vector<base::Bytes> photos;
  for (int place = 4; place < argc; ++place) {
    KENNEL_TRY(auto photo, engine::read_photo(argv[place]));
    photos.push_back(std::move(photo));
  }
  for (int repetition = 0; repetition < std::atoi(argv[3]); ++repetition) {
    const double decode = measure_decoding(photos, model.transform, threads);
    const double infer = measure_inference(*model.network, threads);
    fmt::print("{}\n", nlohmann::json{{"decode_ms", 1e3 * decode},
                                      {"infer_ms", 1e3 * infer},
                                      {"ceiling", threads / (decode + infer)}}
                           .dump());
  }
  return {};
}

}  // namespace
}  // namespace kennel

int main(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "kennel_serving_ceiling PACKAGE PRECISION REPETITIONS PHOTO...\n");
    return 2;
  }
  const auto done = kennel::run(argc, argv);
  if (!done) fmt::print(stderr, "serving_ceiling: {}\n", done.error().message);
  return done ? 0 : 1;
}
