#include "engine/calibration.h"

#include <algorithm>
#include <mutex>

#include "base/parallel.h"
#include "engine/photo.h"
#include "engine/range_meter.h"
#include "engine/value_probe.h"
#include "network/fold.h"

namespace kennel::engine {
namespace {

bool stopped(const CalibrationOptions& options) { return options.stop != nullptr && *options.stop; }

tl::unexpected<base::Error> interrupted() {
  return base::fail(base::ErrorKind::kInterrupted, "stopped while calibrating");
}

// Counts what is done, from any thread.
class Progress {
 public:
  Progress(const CalibrationOptions& options, std::size_t total)
      : options_(options), total_(total) {}
  void count() {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (options_.progress) options_.progress(done_, total_);
  }

 private:
  const CalibrationOptions& options_;
  std::size_t total_;
  std::mutex mutex_;
  std::size_t done_ = 0;
};

// What one thread sees of the network's values.
class Observer {
 public:
  Observer(ValueProbe& probe, std::size_t values) : reader_(probe.make_reader()), meters_(values) {}

  void see(const vision::Image& image) {
    reader_->run(image.pixels);
    for (std::size_t index = 0; index < meters_.size(); ++index) {
      meters_[index].add(reader_->value(index));
    }
  }
  [[nodiscard]] const RangeMeter& meter(std::size_t index) const { return meters_[index]; }

 private:
  std::unique_ptr<ValueReader> reader_;
  std::vector<RangeMeter> meters_;
};

network::ValueRange joint_range(const std::vector<Observer>& observers, std::size_t index) {
  RangeMeter all;
  for (const auto& observer : observers) all.add(observer.meter(index));
  return all.best_range();
}

}  // namespace

base::Result<Squares> read_squares(std::span<const base::Path> photos,
                                   const vision::Transform& transform,
                                   const CalibrationOptions& options) {
  std::vector<base::Result<vision::Image>> read(
      photos.size(), base::fail(base::ErrorKind::kInterrupted, "not read"));
  base::parallel_for(photos.size(), options.threads, [&](std::size_t index, int) {
    if (stopped(options)) return;
    const auto bytes = read_photo(photos[index]);
    read[index] = bytes ? to_square(*bytes, transform) : tl::unexpected(bytes.error());
  });
  if (stopped(options)) return interrupted();
  Squares squares;
  for (std::size_t index = 0; index < photos.size(); ++index) {
    if (read[index]) {
      squares.images.push_back(*std::move(read[index]));
    } else {
      squares.failures.push_back({index, photos[index], read[index].error().message});
    }
  }
  return squares;
}

base::Result<std::map<std::string, network::ValueRange>> calibrate(
    const NetworkSpec& spec, std::span<const vision::Image> images,
    const CalibrationOptions& options) {
  const auto values = network::values_to_quantize(network::without_norms(spec.backbone), {});
  KENNEL_TRY(const auto probe, compile_probe(spec, values, options.threads));
  std::vector<Observer> observers;
  for (int thread = 0; thread < options.threads; ++thread) {
    observers.emplace_back(*probe, values.size());
  }
  Progress progress(options, images.size());
  base::parallel_for(images.size(), options.threads, [&](std::size_t index, int thread) {
    if (stopped(options)) return;
    observers[static_cast<std::size_t>(thread)].see(images[index]);
    progress.count();
  });
  if (stopped(options)) return interrupted();
  std::map<std::string, network::ValueRange> ranges;
  for (std::size_t index = 0; index < values.size(); ++index) {
    ranges[values[index]] = joint_range(observers, index);
  }
  return ranges;
}

}  // namespace kennel::engine
