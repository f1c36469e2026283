#include "engine/photo_pipeline.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "base/clock.h"
#include "base/parallel.h"
#include "engine/photo.h"

namespace kennel::engine {
namespace {

using SteadyClock = std::chrono::steady_clock;

base::Result<vision::Image> load(const base::Path& path, const vision::Transform& transform,
                                 const base::Digest* expected) {
  KENNEL_TRY(const auto bytes, read_photo(path));
  if (expected != nullptr && base::sha256(bytes) != *expected) {
    return base::fail(base::ErrorKind::kConflict,
                      "it changed while it was being read; run the same command again");
  }
  return to_square(bytes, transform);
}

// What one thread has: a request of its own, filled and run batch by batch.
class Worker {
 public:
  Worker(CompiledNetwork& network, const vision::Transform& transform,
         std::span<const base::Digest> digests)
      : request_(network.make_request()),
        transform_(transform),
        digests_(digests),
        width_(static_cast<std::size_t>(network.output_width())) {}

  // Decodes the photos [first, last) into the request's slots; failures leave no slot behind.
  void decode(std::span<const base::Path> photos, std::size_t first, std::size_t last) {
    const auto start = SteadyClock::now();
    filled_.clear();
    failures_.clear();
    for (std::size_t index = first; index < last; ++index) {
      const base::Digest* expected = digests_.empty() ? nullptr : &digests_[index];
      const auto square = load(photos[index], transform_, expected);
      if (!square) {
        failures_.push_back({index, photos[index], square.error().message});
        continue;
      }
      const std::size_t size = square->pixels.size();
      std::ranges::copy(square->pixels, request_->input().subspan(filled_.size() * size).begin());
      filled_.push_back(index);
    }
    seconds_.decode += base::seconds_between(start, SteadyClock::now());
  }

  void infer() {
    if (filled_.empty()) return;
    const auto start = SteadyClock::now();
    request_->run();
    seconds_.infer += base::seconds_between(start, SteadyClock::now());
  }

  void deliver(const PipelineSinks& sinks) {
    const auto rows = std::as_const(*request_).output();
    for (std::size_t slot = 0; slot < filled_.size(); ++slot) {
      sinks.row(filled_[slot], rows.subspan(slot * width_, width_));
    }
    for (auto& failure : failures_) sinks.failure(std::move(failure));
  }

  [[nodiscard]] const PipelineSeconds& seconds() const { return seconds_; }

 private:
  std::unique_ptr<InferenceRequest> request_;
  const vision::Transform& transform_;
  std::span<const base::Digest> digests_;
  std::size_t width_;
  std::vector<std::size_t> filled_;  // the photo in each slot
  std::vector<PhotoFailure> failures_;
  PipelineSeconds seconds_;
};

}  // namespace

PipelineSeconds run_photos(CompiledNetwork& network, const vision::Transform& transform,
                           std::span<const base::Path> photos, const PipelineOptions& options,
                           const PipelineSinks& sinks) {
  std::vector<Worker> workers;
  for (int thread = 0; thread < options.threads; ++thread) {
    workers.emplace_back(network, transform, options.digests);
  }
  const auto batch_size = static_cast<std::size_t>(network.batch_size());
  const std::size_t batches = (photos.size() + batch_size - 1) / batch_size;
  std::mutex sink_mutex;
  base::parallel_for(batches, options.threads, [&](std::size_t batch, int thread) {
    if (options.stop != nullptr && *options.stop) return;
    Worker& worker = workers[static_cast<std::size_t>(thread)];
    const std::size_t first = batch * batch_size;
    worker.decode(photos, first, std::min(first + batch_size, photos.size()));
    worker.infer();
    const std::lock_guard lock(sink_mutex);
    worker.deliver(sinks);
  });
  PipelineSeconds total;
  for (const Worker& worker : workers) {
    total.decode += worker.seconds().decode;
    total.infer += worker.seconds().infer;
  }
  return total;
}

}  // namespace kennel::engine
