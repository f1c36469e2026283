#include "train/run.h"

#include <fmt/format.h>

#include <ctime>

#include "network/package.h"
#include "train/run_data.h"
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

// One run from start to end; `run` is the story, the other functions its chapters.
class TrainingRun {
 public:
  TrainingRun(const RunOptions& options, RunObserver& observer, base::Disk& disk,
              const base::Clock& clock)
      : options_(options), observer_(observer), disk_(disk), clock_(clock) {}

  base::Result<RunSummary> run() {
    KENNEL_TRY_VOID(scan());
    KENNEL_TRY(const PretrainedWeights weights, read_weights());
    open_folder();
    features::FeatureSpace space(disk_, options_.cache,
                                 engine::space_key(pretrained(weights), options_.precision));
    KENNEL_TRY_VOID(extract(space, weights));
    KENNEL_TRY(const TrainedHead head, train(weights));
    evaluate(head);
    KENNEL_TRY_VOID(write_package(weights, head));
    write_reports();
    return std::move(summary_);
  }

 private:
  base::Result<void> scan() {
    const Stopwatch watch(clock_, summary_.seconds.scan);
    // A split that has to be made up is the same for every seed, so that runs can be compared.
    KENNEL_TRY(data_, options_.listing ? dataset::to_dataset(*options_.listing)
                                       : dataset::scan_folder(options_.data));
    auto& train = data_.split(Split::kTrain);
    train = thinned(train, data_.classes.size(), options_.fraction, options_.head.seed);
    summary_.classes = data_.classes;
    for (const auto& text : data_.notes) note(text);
    observer_.on_dataset(data_);
    return {};
  }

  // Clears what a killed process left half written.
  void open_folder() {
    disk_.make_folders(options_.folder);
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
      if (entry.is_regular_file() && entry.path().extension() == ".part")
        disk_.remove(entry.path());
    }
  }

  base::Result<PretrainedWeights> read_weights() {
    const Stopwatch watch(clock_, summary_.seconds.weights);
    return load_weights(options_.weights);
  }

  base::Result<void> extract(features::FeatureSpace& space, const PretrainedWeights& weights) {
    const auto photos = all_photos(data_);
    KENNEL_TRY(auto features,
               engine::extract_features(space, pretrained(weights), photos,
                                        {.precision = options_.precision,
                                         .threads = options_.threads,
                                         .digests = options_.digests,
                                         .stop = options_.stop,
                                         .progress = [this](std::size_t done, std::size_t all) {
                                           observer_.on_extraction(done, all);
                                         }}));
    KENNEL_TRY_VOID(take_failures(features));
    summary_.seconds.features = features.seconds;
    summary_.cached_photos = features.cached;
    observer_.on_features(features);
    KENNEL_TRY(rows_, to_rows(data_, features));
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

  base::Result<TrainedHead> train(const PretrainedWeights& weights) {
    const Stopwatch watch(clock_, summary_.seconds.train);
    const double cpu_start = cpu_seconds();
    const HeadData data{.width = options_.backbone->feature_width,
                        .classes = class_count(),
                        .train = rows_.split(Split::kTrain).rows,
                        .valid = rows_.split(Split::kValid).rows};
    LoopOptions loop{
        .head = options_.head,
        .checkpoint = options_.checkpoint.value_or(options_.folder / "checkpoint.pth"),
        .run = outcome_json(options_, features_digest(weights), rows_.digest),
        .resume = options_.resume,
        .stop = options_.stop,
        .on_epoch =
            [this](const EpochRecord& record) { observer_.on_epoch(record, options_.head.epochs); },
        .on_resumed =
            [this](const std::vector<EpochRecord>& history) {
              observer_.on_resumed(history, options_.head.epochs);
            }};
    if (options_.resume_if_fits) {
      loop.on_misfit = [this](const std::string& reason) {
        note("training begins anew: " + reason);
      };
    }
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
    summary_.train_photos = rows_.split(Split::kTrain).paths.size();
    summary_.valid = outputs_of(trainer, rows_.split(Split::kValid));
    if (!rows_.split(Split::kTest).paths.empty()) {
      summary_.test = outputs_of(trainer, rows_.split(Split::kTest));
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
                           results_json(options_, summary_)
                                   .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                               "\n");
  }

  base::Result<void> write_package(const PretrainedWeights& weights, const TrainedHead& head) {
    // Results of an earlier end of this run tell of the package that goes now.
    disk_.remove(options_.folder / "results.json");
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
    const network::PackageGraph files{graph.xml, graph.bin};
    if (options_.model_folder) {
      network::write_package_files(disk_, *options_.model_folder, package, files);
    } else {
      network::write_package(disk_, options_.folder / "model.tar.gz", package, files);
    }
    return {};
  }

  void note(const std::string& text) {
    summary_.notes.push_back(text);
    observer_.on_note(text);
  }

  // What names the features that the head is trained on.
  [[nodiscard]] base::Digest features_digest(const PretrainedWeights& weights) const {
    return engine::space_key(pretrained(weights), options_.precision).digest();
  }
  [[nodiscard]] engine::PretrainedBackbone pretrained(const PretrainedWeights& weights) const {
    return {*options_.backbone, weights.tensors, weights.digest};
  }
  [[nodiscard]] int class_count() const { return static_cast<int>(data_.classes.size()); }

  const RunOptions& options_;
  RunObserver& observer_;
  base::Disk& disk_;
  const base::Clock& clock_;
  std::chrono::steady_clock::time_point start_ = clock_.now();
  dataset::Dataset data_;
  RunRows rows_;
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
