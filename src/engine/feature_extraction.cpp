#include "engine/feature_extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_set>

#include "base/clock.h"
#include "base/parallel.h"
#include "engine/photo.h"

namespace kennel::engine {
namespace {

using features::FeatureSpace;
using features::SpaceKey;
using SteadyClock = std::chrono::steady_clock;

constexpr int kBatchSize =
    4;  // measured: larger ones fall out of the cache, smaller ones gain nothing
constexpr std::size_t kSegmentBytes = 4 * base::kMiB;  // what a kill may cost

// Raised whenever decoding, resampling or a backbone's steps give other numbers than before.
constexpr int kRecipe = 1;

bool stopped(const ExtractionOptions& options) { return options.stop != nullptr && *options.stop; }

std::string to_text(const vision::Transform& transform) {
  return fmt::format("resize {} filter {} crop {} mean {} {} {} std {} {} {}",
                     transform.resize_shorter, static_cast<int>(transform.filter), transform.crop,
                     transform.mean[0], transform.mean[1], transform.mean[2], transform.std[0],
                     transform.std[1], transform.std[2]);
}

const base::Digest* find_digest(const ExtractionOptions& options, const base::Path& photo) {
  if (options.digests == nullptr) return nullptr;
  const auto found = options.digests->find(photo.native());
  return found == options.digests->end() ? nullptr : &found->second;
}

// Fills in the digests of all photos and the failures of those that cannot be read.
void hash_photos(std::span<const base::Path> photos, const ExtractionOptions& options,
                 Features& features) {
  std::mutex failures_mutex;
  base::parallel_for(photos.size(), options.threads, [&](std::size_t index, int) {
    if (stopped(options)) return;
    if (const base::Digest* known = find_digest(options, photos[index])) {
      features.digests[index] = *known;
      return;
    }
    const auto bytes = read_photo(photos[index]);
    if (bytes) {
      features.digests[index] = base::sha256(*bytes);
      return;
    }
    const std::lock_guard lock(failures_mutex);
    features.failures.push_back({index, photos[index], bytes.error().message});
  });
}

// The photos that must go through the network: not failed, not cached, each content once.
// Counts those that are cached.
std::vector<std::size_t> find_missing(const FeatureSpace& space, Features& features) {
  std::vector<bool> failed(features.digests.size(), false);
  for (const auto& failure : features.failures) failed[failure.index] = true;
  std::unordered_set<base::Digest, base::DigestHash> seen;
  std::vector<std::size_t> missing;
  for (std::size_t index = 0; index < features.digests.size(); ++index) {
    if (failed[index]) continue;
    if (space.find(features.digests[index])) {
      ++features.cached;
      continue;
    }
    if (seen.insert(features.digests[index]).second) missing.push_back(index);
  }
  return missing;
}

// Collects rows until they make a segment.
class SegmentBuffer {
 public:
  SegmentBuffer(FeatureSpace& space, int width)
      : space_(space),
        rows_max_(kSegmentBytes / (static_cast<std::size_t>(width) * sizeof(float))) {}

  void add(const base::Digest& photo, std::span<const float> row) {
    rows_.push_back({photo, {row.begin(), row.end()}});
    if (rows_.size() >= rows_max_) flush();
  }
  void flush() {
    space_.append(rows_);
    rows_.clear();
  }

 private:
  FeatureSpace& space_;
  std::size_t rows_max_;
  std::vector<FeatureSpace::Row> rows_;
};

base::Result<std::unique_ptr<CompiledNetwork>> compile_timed(const PretrainedBackbone& backbone,
                                                             const ExtractionOptions& options,
                                                             ExtractionSeconds& seconds) {
  const auto start = SteadyClock::now();
  auto network = compile({backbone.backbone, backbone.weights, {}}, {.precision = options.precision,
                                                                     .batch_size = kBatchSize,
                                                                     .streams = options.threads,
                                                                     .threads = options.threads});
  seconds.compile = base::seconds_between(start, SteadyClock::now());
  return network;
}

// Runs the missing photos through the network and into the space.
base::Result<void> extract_missing(FeatureSpace& space, const PretrainedBackbone& backbone,
                                   std::span<const base::Path> photos,
                                   std::span<const std::size_t> missing,
                                   const ExtractionOptions& options, Features& features) {
  KENNEL_TRY(const auto network, compile_timed(backbone, options, features.seconds));
  const auto start = SteadyClock::now();
  std::vector<base::Path> paths;
  std::vector<base::Digest> digests;
  for (const std::size_t index : missing) {
    paths.push_back(photos[index]);
    digests.push_back(features.digests[index]);
  }
  SegmentBuffer buffer(space, network->output_width());
  std::size_t done = 0;
  const auto count = [&] {
    if (options.progress) options.progress(++done, missing.size());
  };
  const PipelineSinks sinks{.row =
                                [&](std::size_t index, std::span<const float> row) {
                                  buffer.add(features.digests[missing[index]], row);
                                  count();
                                },
                            .failure =
                                [&](PhotoFailure failure) {
                                  failure.index = missing[failure.index];
                                  features.failures.push_back(std::move(failure));
                                  count();
                                }};
  features.seconds.work =
      run_photos(*network, backbone.backbone.transform, paths,
                 {.threads = options.threads, .digests = digests, .stop = options.stop}, sinks);
  buffer.flush();
  features.seconds.extract = base::seconds_between(start, SteadyClock::now());
  return {};
}

// A copy of an unreadable photo is as unreadable: it never went through the network itself.
base::Result<void> collect_rows(const FeatureSpace& space, std::span<const base::Path> photos,
                                Features& features) {
  std::unordered_map<base::Digest, std::string, base::DigestHash> reasons;
  std::vector<bool> failed(photos.size(), false);
  for (const auto& failure : features.failures) {
    failed[failure.index] = true;
    reasons.emplace(features.digests[failure.index], failure.reason);
  }
  for (std::size_t index = 0; index < photos.size(); ++index) {
    if (failed[index]) continue;
    if (const auto row = space.find(features.digests[index])) {
      features.rows[index] = *row;
      continue;
    }
    const auto reason = reasons.find(features.digests[index]);
    if (reason == reasons.end()) {
      return base::fail(base::ErrorKind::kConflict,
                        "the feature cache was trimmed meanwhile; run the same command again");
    }
    features.failures.push_back({index, photos[index], reason->second});
  }
  std::ranges::sort(features.failures, {}, &PhotoFailure::index);
  return {};
}

}  // namespace

features::SpaceKey space_key(const PretrainedBackbone& backbone, Precision precision) {
  return {.backbone = backbone.backbone.name,
          .weights = backbone.weights_digest,
          .transform = to_text(backbone.backbone.transform),
          .precision = std::string(to_name(precision)),
          .engine = fmt::format("openvino {}, recipe {}", engine_version(), kRecipe),
          .width = backbone.backbone.feature_width};
}

base::Result<Features> extract_features(FeatureSpace& space, const PretrainedBackbone& backbone,
                                        std::span<const base::Path> photos,
                                        const ExtractionOptions& options) {
  Features features;
  features.rows.resize(photos.size());
  features.digests.resize(photos.size());
  const auto start = SteadyClock::now();
  hash_photos(photos, options, features);
  features.seconds.hash = base::seconds_between(start, SteadyClock::now());
  const auto missing = find_missing(space, features);
  if (!missing.empty() && !stopped(options)) {
    KENNEL_TRY_VOID(extract_missing(space, backbone, photos, missing, options, features));
  }
  if (stopped(options)) {
    return base::fail(base::ErrorKind::kInterrupted, "stopped while the photos were being read");
  }
  KENNEL_TRY_VOID(collect_rows(space, photos, features));
  return features;
}

}  // namespace kennel::engine
