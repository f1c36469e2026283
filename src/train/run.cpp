#include "train/run.h"

#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "base/random.h"
#include "network/package.h"
#include "network/weights_file.h"
#include "train/run_files.h"
#include "train/run_report.h"

namespace kennel::train {
namespace {

using base::ErrorKind;
using dataset::Split;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Measures one phase of wall-clock time into a field of RunSeconds.
class Stopwatch {
 public:
  Stopwatch(const base::Clock& clock, double& seconds)
      : clock_(clock), seconds_(seconds), start_(clock.now()) {}
  ~Stopwatch() { seconds_ = base::seconds_between(start_, clock_.now()); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  const base::Clock& clock_;
  double& seconds_;
  std::chrono::steady_clock::time_point start_;
};

struct Weights {
  network::StateDict tensors;
  base::Digest digest;
};

base::Result<Weights> load_weights(const base::Path& path) {
  KENNEL_TRY(auto file, base::MappedFile::open(path));
  const auto shared = std::make_shared<base::MappedFile>(std::move(file));
  auto tensors = network::parse_weights(shared->bytes(), shared);
  if (!tensors) return base::fail_in(path.string(), tensors.error());
  return Weights{*std::move(tensors), base::sha256(shared->bytes())};
}

// The first `fraction` of each class after a seeded shuffle, in the old order; at least one photo.
std::vector<dataset::Sample> thinned(const std::vector<dataset::Sample>& samples, int classes,
                                     double fraction, std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> by_class(static_cast<std::size_t>(classes));
  for (std::size_t index = 0; index < samples.size(); ++index) {
    by_class[static_cast<std::size_t>(samples[index].label)].push_back(index);
  }
  std::vector<std::size_t> kept;
  for (std::size_t label = 0; label < by_class.size(); ++label) {
    auto& indices = by_class[label];
    base::Random(seed).fork("fraction", label).shuffle(std::span<std::size_t>(indices));
    const auto count =
        static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(indices.size())));
    kept.insert(kept.end(), indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::ranges::sort(kept);
  std::vector<dataset::Sample> chosen;
  for (const std::size_t index : kept) chosen.push_back(samples[index]);
  return chosen;
}

// The readable photos of one split, with their features.
struct SplitRows {
  std::vector<base::Path> paths;
  LabelledRows rows;
};

// One run from start to end; `run` is the story, the other functions its chapters.
class TrainingRun {
 public:
  TrainingRun(const RunOptions& options, RunObserver& observer, base::Disk& disk,
              const base::Clock& clock)
      : options_(options), observer_(observer), disk_(disk), clock_(clock) {}

  base::Result<RunSummary> run() {
    KENNEL_TRY_VOID(scan());
    KENNEL_TRY(const Weights weights, read_weights());
    disk_.make_folders(options_.folder);
    engine::FeatureSpace space(disk_, options_.cache,
                               engine::space_key(pretrained(weights), options_.precision));
    KENNEL_TRY_VOID(extract(space, weights));
    KENNEL_TRY_VOID(check_splits());
    KENNEL_TRY(const TrainedHead head, train(weights));
    evaluate(head);
    KENNEL_TRY_VOID(write_package(weights, head));
    write_reports();
    return std::move(summary_);
  }

 private:
  base::Result<void> scan() {
    const Stopwatch watch(clock_, summary_.seconds.scan);
    KENNEL_TRY(data_, dataset::scan_folder(options_.data, {.seed = options_.head.seed}));
    auto& train = data_.split(Split::kTrain);
    train = thinned(train, class_count(), options_.fraction, options_.head.seed);
    summary_.classes = data_.classes;
    for (const auto& text : data_.notes) note(text);
    observer_.on_dataset(data_);
    return {};
  }

  base::Result<Weights> read_weights() {
    const Stopwatch watch(clock_, summary_.seconds.weights);
    return load_weights(options_.weights);
  }

  base::Result<void> extract(engine::FeatureSpace& space, const Weights& weights) {
    std::vector<base::Path> photos;
    for (const Split split : dataset::kSplits) {
      for (const auto& sample : data_.split(split)) photos.push_back(sample.path);
    }
    KENNEL_TRY(auto features,
               engine::extract_features(space, pretrained(weights), photos,
                                        {.precision = options_.precision,
                                         .threads = options_.threads,
                                         .stop = options_.stop,
                                         .progress = [this](std::size_t done, std::size_t all) {
                                           observer_.on_extraction(done, all);
                                         }}));
    KENNEL_TRY_VOID(take_failures(features));
    summary_.seconds.features = features.seconds;
    summary_.cached_photos = features.cached;
    observer_.on_features(features);
    sort_into_splits(features);
    return {};
  }

  base::Result<void> take_failures(const engine::Features& features) {
    for (const auto& failure : features.failures) {
      const auto text = fmt::format("{}: {}", failure.path.string(), failure.reason);
      if (options_.strict) return base::fail(ErrorKind::kCorrupt, text);
      note("left out " + text);
    }
    summary_.failures = features.failures;
    return {};
  }

  void sort_into_splits(const engine::Features& features) {
    std::size_t next = 0;
    for (const Split split : dataset::kSplits) {
      SplitRows& rows = splits_[static_cast<std::size_t>(split)];
      for (const auto& sample : data_.split(split)) {
        const auto index = next++;
        digest_.update(features.digests[index].bytes)
            .update_field(fmt::format("{} {}", dataset::to_name(split), sample.label));
        if (features.rows[index].empty()) continue;
        rows.paths.push_back(sample.path);
        rows.rows.rows.push_back(features.rows[index]);
        rows.rows.labels.push_back(sample.label);
      }
    }
  }

  // Unreadable photos may have emptied a class or a split.
  base::Result<void> check_splits() {
    std::vector<bool> present(static_cast<std::size_t>(class_count()), false);
    for (const int label : rows_of(Split::kTrain).rows.labels) {
      present[static_cast<std::size_t>(label)] = true;
    }
    for (std::size_t label = 0; label < present.size(); ++label) {
      if (present[label]) continue;
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("no photo of class \"{}\" in train could be read; repair or "
                                    "replace them, or remove the class's folders",
                                    data_.classes[label]));
    }
    if (rows_of(Split::kValid).paths.empty()) {
      return base::fail(ErrorKind::kInvalid, "no photo in valid could be read");
    }
    return {};
  }

  base::Result<TrainedHead> train(const Weights& weights) {
    const Stopwatch watch(clock_, summary_.seconds.train);
    const double cpu_start = cpu_seconds();
    const HeadData data{.width = options_.backbone->feature_width,
                        .classes = class_count(),
                        .train = rows_of(Split::kTrain).rows,
                        .valid = rows_of(Split::kValid).rows};
    const LoopOptions loop{.head = options_.head,
                           .checkpoint = options_.folder / "checkpoint.pth",
                           .run = outcome_json(options_, weights.digest, digest_.finish()),
                           .resume = options_.resume,
                           .stop = options_.stop,
                           .on_epoch = [this](const EpochRecord& record) {
                             observer_.on_epoch(record, options_.head.epochs);
                           }};
    auto head = train_head(data, loop, disk_, clock_);
    summary_.seconds.train_cpu = cpu_seconds() - cpu_start;
    return head;
  }

  void evaluate(const TrainedHead& head) {
    const Stopwatch watch(clock_, summary_.seconds.evaluate);
    HeadTrainer trainer(options_.head, options_.backbone->feature_width, class_count());
    trainer.set_head(head.head);
    summary_.ending = head.ending;
    summary_.history = head.history;
    summary_.best = head.best();
    summary_.train_photos = rows_of(Split::kTrain).paths.size();
    summary_.valid = outputs_of(trainer, rows_of(Split::kValid));
    if (!rows_of(Split::kTest).paths.empty()) {
      summary_.test = outputs_of(trainer, rows_of(Split::kTest));
    }
  }

  static SplitOutputs outputs_of(HeadTrainer& trainer, const SplitRows& rows) {
    SplitOutputs split{rows.paths, trainer.predict(rows.rows), {}};
    split.evaluation = engine::evaluate(split.outputs);
    return split;
  }

  // results.json comes last: it tells that the rest is there.
  void write_reports() {
    {
      const Stopwatch watch(clock_, summary_.seconds.report);
      base::write_atomically(disk_, options_.folder / "metrics.csv", metrics_csv(summary_.history));
      base::write_atomically(disk_, options_.folder / "report.html",
                             report_html(options_, summary_));
    }
    summary_.seconds.total = base::seconds_between(start_, clock_.now());
    base::write_atomically(disk_, options_.folder / "results.json",
                           results_json(options_, summary_).dump(2) + "\n");
  }

  base::Result<void> write_package(const Weights& weights, const TrainedHead& head) {
    const Stopwatch watch(clock_, summary_.seconds.package);
    const network::Backbone& backbone = *options_.backbone;
    network::Package package{.classes = data_.classes,
                             .backbone = backbone.name,
                             .hidden = options_.head.hidden,
                             .provenance = provenance_json(options_, clock_),
                             .metrics = scores_json(summary_)};
    for (const auto& [name, tensor] : weights.tensors.entries()) {
      if (!name.starts_with(backbone.classifier + ".")) package.weights.set(name, tensor);
    }
    for (const auto& [name, tensor] : head.head.entries()) package.weights.set(name, tensor);
    const auto layers =
        network::head_layers(backbone.feature_width, options_.head.hidden, class_count());
    KENNEL_TRY(const auto graph, engine::to_graph_files({backbone, package.weights, layers}));
    network::write_package(disk_, options_.folder / "model.tar.gz", package,
                           {graph.xml, graph.bin});
    return {};
  }

  void note(const std::string& text) {
    summary_.notes.push_back(text);
    observer_.on_note(text);
  }

  [[nodiscard]] engine::PretrainedBackbone pretrained(const Weights& weights) const {
    return {*options_.backbone, weights.tensors, weights.digest};
  }
  [[nodiscard]] int class_count() const { return static_cast<int>(data_.classes.size()); }
  [[nodiscard]] const SplitRows& rows_of(Split split) const {
    return splits_[static_cast<std::size_t>(split)];
  }

  const RunOptions& options_;
  RunObserver& observer_;
  base::Disk& disk_;
  const base::Clock& clock_;
  std::chrono::steady_clock::time_point start_ = clock_.now();
  dataset::Dataset data_;
  std::array<SplitRows, 3> splits_;
  base::Hasher digest_;  // of every photo, its split and its label
  RunSummary summary_;
};

}  // namespace

base::Result<RunSummary> run_training(const RunOptions& options, RunObserver& observer,
                                      base::Disk& disk, const base::Clock& clock) {
  KENNEL_TRY_VOID(validate(options.head));
  if (!(options.fraction > 0 && options.fraction <= 1)) {
    return base::fail(
        ErrorKind::kInvalid,
        fmt::format("--fraction is {}; it must be above 0 and at most 1", options.fraction));
  }
  return TrainingRun(options, observer, disk, clock).run();
}

}  // namespace kennel::train
