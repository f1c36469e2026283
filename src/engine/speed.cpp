#include "engine/speed.h"

#include <algorithm>

#include "base/parallel.h"
#include "engine/classification.h"
#include "engine/compiled_network.h"

namespace kennel::engine {
namespace {

constexpr int kBatchSize = 4;  // as for classifying many photos

// One precision's network with a request for each thread.
class Runner {
 public:
  Runner(std::unique_ptr<CompiledNetwork> network, int threads, const base::Clock& clock)
      : network_(std::move(network)), clock_(clock) {
    for (int thread = 0; thread < threads; ++thread) {
      requests_.push_back(network_->make_request());
      // Any picture but an even one: a half-grey pattern.
      auto pixels = requests_.back()->input();
      for (std::size_t at = 0; at < pixels.size(); ++at) {
        pixels[at] = static_cast<std::uint8_t>(at * 7 % 251);
      }
    }
  }

  // Images a second over `batches` batches a thread.
  double run(std::size_t batches) {
    const auto start = clock_.now();
    base::parallel_for(
        batches * requests_.size(), static_cast<int>(requests_.size()),
        [&](std::size_t, int thread) { requests_[static_cast<std::size_t>(thread)]->run(); });
    const double seconds = base::seconds_between(start, clock_.now());
    return static_cast<double>(batches * requests_.size() * kBatchSize) / std::max(seconds, 1e-9);
  }

  // The first run of a request is slow; the second tells how many batches make a round.
  void warm_up(double seconds_a_round) {
    run(1);
    const double batches_a_second = run(2) / static_cast<double>(kBatchSize * requests_.size());
    batches_ =
        std::max<std::size_t>(1, static_cast<std::size_t>(batches_a_second * seconds_a_round));
  }

  void run_round() { speeds_.push_back(run(batches_)); }

  [[nodiscard]] double median() const {
    auto sorted = speeds_;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }

 private:
  std::unique_ptr<CompiledNetwork> network_;
  const base::Clock& clock_;
  std::vector<std::unique_ptr<InferenceRequest>> requests_;
  std::size_t batches_ = 1;
  std::vector<double> speeds_;
};

}  // namespace

base::Result<std::vector<double>> measure_speeds(const network::Package& package,
                                                 std::span<const Precision> precisions,
                                                 const SpeedOptions& options,
                                                 const base::Clock& clock) {
  std::vector<Runner> runners;
  for (const Precision precision : precisions) {
    KENNEL_TRY(auto network, compile_package(package, {.precision = precision,
                                                       .batch_size = kBatchSize,
                                                       .streams = options.threads,
                                                       .threads = options.threads}));
    runners.emplace_back(std::move(network), options.threads, clock);
    runners.back().warm_up(options.seconds_a_round);
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (auto& runner : runners) runner.run_round();
  }
  std::vector<double> medians;
  for (const auto& runner : runners) medians.push_back(runner.median());
  return medians;
}

}  // namespace kennel::engine
