#include "train/prepared.h"

#include <fmt/format.h>

#include "train/run_files.h"
#include "train/stopwatch.h"

namespace kennel::train {
namespace {

using base::ErrorKind;
using dataset::Split;

// `run` is the story, the other functions its chapters.
class Preparation {
 public:
  Preparation(const RunOptions& options, RunObserver& observer, RunSeconds& seconds,
              base::Disk& disk, const base::Clock& clock)
      : options_(options), observer_(observer), seconds_(seconds), disk_(disk), clock_(clock) {}

  base::Result<Prepared> run() {
    KENNEL_TRY_VOID(scan());
    KENNEL_TRY_VOID(read_weights());
    KENNEL_TRY_VOID(extract());
    return std::move(prepared_);
  }

 private:
  base::Result<void> scan() {
    const Stopwatch watch(clock_, seconds_.scan);
    // A split that has to be made up is the same for every seed, so that runs can be compared.
    KENNEL_TRY(prepared_.data, options_.listing ? dataset::to_dataset(*options_.listing)
                                                : dataset::scan_folder(options_.data));
    auto& train = prepared_.data.split(Split::kTrain);
    train = thinned(train, prepared_.data.classes.size(), options_.fraction, options_.head.seed);
    for (const auto& text : prepared_.data.notes) note(text);
    observer_.on_dataset(prepared_.data);
    return {};
  }

  base::Result<void> read_weights() {
    const Stopwatch watch(clock_, seconds_.weights);
    KENNEL_TRY(prepared_.weights, load_weights(options_.weights));
    return {};
  }

  base::Result<void> extract() {
    const engine::PretrainedBackbone backbone{*options_.backbone, prepared_.weights.tensors,
                                              prepared_.weights.digest};
    const features::SpaceKey key = engine::space_key(backbone, options_.precision);
    prepared_.features_digest = key.digest();
    prepared_.space = std::make_unique<features::FeatureSpace>(disk_, options_.cache, key);
    const auto photos = all_photos(prepared_.data);
    KENNEL_TRY(auto features,
               engine::extract_features(*prepared_.space, backbone, photos,
                                        {.precision = options_.precision,
                                         .threads = options_.threads,
                                         .digests = options_.digests,
                                         .stop = options_.stop,
                                         .progress = [this](std::size_t done, std::size_t all) {
                                           observer_.on_extraction(done, all);
                                         }}));
    KENNEL_TRY_VOID(take_failures(features));
    seconds_.features = features.seconds;
    prepared_.cached_photos = features.cached;
    observer_.on_features(features);
    KENNEL_TRY(prepared_.rows, to_rows(prepared_.data, features));
    return {};
  }

  base::Result<void> take_failures(const engine::Features& features) {
    for (const auto& failure : features.failures) {
      const auto text = fmt::format("{}: {}", failure.path.string(), failure.reason);
      if (options_.strict) return base::fail(ErrorKind::kCorrupt, text);
      note("left out " + text);
    }
    prepared_.failures = features.failures;
    return {};
  }

  void note(const std::string& text) {
    prepared_.notes.push_back(text);
    observer_.on_note(text);
  }

  const RunOptions& options_;
  RunObserver& observer_;
  RunSeconds& seconds_;
  base::Disk& disk_;
  const base::Clock& clock_;
  Prepared prepared_;
};

}  // namespace

base::Result<Prepared> prepare(const RunOptions& options, RunObserver& observer,
                               RunSeconds& seconds, base::Disk& disk, const base::Clock& clock) {
  if (!(options.fraction > 0 && options.fraction <= 1)) {
    return base::fail(
        ErrorKind::kInvalid,
        fmt::format("--fraction is {}; it must be above 0 and at most 1", options.fraction));
  }
  return Preparation(options, observer, seconds, disk, clock).run();
}

HeadData head_data(const RunOptions& options, const Prepared& prepared) {
  return {.width = options.backbone->feature_width,
          .classes = prepared.class_count(),
          .train = prepared.rows.split(Split::kTrain).rows,
          .valid = prepared.rows.split(Split::kValid).rows};
}

nlohmann::json outcome_of(const RunOptions& options, const Prepared& prepared) {
  return outcome_json(options, prepared.features_digest, prepared.rows.digest);
}

}  // namespace kennel::train
