#include "train/run.h"

#include <ctime>

#include "network/package.h"
#include "train/prepared.h"
#include "train/run_files.h"
#include "train/run_report.h"
#include "train/stopwatch.h"

namespace kennel::train {
namespace {

using dataset::Split;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// One run from start to end; `run` is the story, the other functions its chapters.
class TrainingRun {
 public:
  TrainingRun(const RunOptions& options, RunObserver& observer, base::Disk& disk,
              const base::Clock& clock)
      : options_(options), observer_(observer), disk_(disk), clock_(clock) {}

  base::Result<RunSummary> run() {
    KENNEL_TRY(const Prepared prepared,
               prepare(options_, observer_, summary_.seconds, disk_, clock_));
    return run_on(prepared);
  }

  base::Result<RunSummary> run_on(const Prepared& prepared) {
    take_over(prepared);
    open_folder();
    KENNEL_TRY(const TrainedHead head, train(prepared));
    evaluate(prepared, head);
    KENNEL_TRY_VOID(write_package(prepared, head));
    write_reports();
    return std::move(summary_);
  }

 private:
  void take_over(const Prepared& prepared) {
    summary_.classes = prepared.data.classes;
    summary_.notes = prepared.notes;
    summary_.failures = prepared.failures;
    summary_.cached_photos = prepared.cached_photos;
  }

  // Clears what a killed process left half written.
  void open_folder() {
    disk_.make_folders(options_.folder);
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
      if (entry.is_regular_file() && entry.path().extension() == ".part")
        disk_.remove(entry.path());
    }
  }

  base::Result<TrainedHead> train(const Prepared& prepared) {
    const Stopwatch watch(clock_, summary_.seconds.train);
    const double cpu_start = cpu_seconds();
    const HeadData data = head_data(options_, prepared);
    LoopOptions loop{
        .head = options_.head,
        .checkpoint = options_.checkpoint.value_or(options_.folder / "checkpoint.pth"),
        .run = outcome_of(options_, prepared),
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

  void evaluate(const Prepared& prepared, const TrainedHead& head) {
    const Stopwatch watch(clock_, summary_.seconds.evaluate);
    const RunRows& rows = prepared.rows;
    HeadTrainer trainer(options_.head, options_.backbone->feature_width, prepared.class_count());
    trainer.set_head(head.head);
    summary_.ending = head.ending;
    summary_.history = head.history;
    summary_.best = head.best();
    summary_.train_photos = rows.split(Split::kTrain).paths.size();
    summary_.valid = outputs_of(trainer, rows.split(Split::kValid));
    if (!rows.split(Split::kTest).paths.empty()) {
      summary_.test = outputs_of(trainer, rows.split(Split::kTest));
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

  base::Result<void> write_package(const Prepared& prepared, const TrainedHead& head) {
    // Results of an earlier end of this run tell of the package that goes now.
    disk_.remove(options_.folder / "results.json");
    const Stopwatch watch(clock_, summary_.seconds.package);
    const network::Backbone& backbone = *options_.backbone;
    network::Package package{.classes = prepared.data.classes,
                             .backbone = backbone.name,
                             .hidden = options_.head.hidden,
                             .provenance = provenance_json(options_, clock_),
                             .metrics = scores_json(summary_)};
    for (const auto& [name, tensor] : prepared.weights.tensors.entries()) {
      if (!name.starts_with(backbone.classifier + ".")) package.weights.set(name, tensor);
    }
    for (const auto& [name, tensor] : head.head.entries()) package.weights.set(name, tensor);
    const auto layers =
        network::head_layers(backbone.feature_width, options_.head.hidden, prepared.class_count());
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

  const RunOptions& options_;
  RunObserver& observer_;
  base::Disk& disk_;
  const base::Clock& clock_;
  std::chrono::steady_clock::time_point start_ = clock_.now();
  RunSummary summary_;
};

}  // namespace

base::Result<RunSummary> run_training(const RunOptions& options, RunObserver& observer,
                                      base::Disk& disk, const base::Clock& clock) {
  KENNEL_TRY_VOID(validate(options.head));
  return TrainingRun(options, observer, disk, clock).run();
}

base::Result<RunSummary> run_prepared(const RunOptions& options, const Prepared& prepared,
                                      RunObserver& observer, base::Disk& disk,
                                      const base::Clock& clock) {
  KENNEL_TRY_VOID(validate(options.head));
  return TrainingRun(options, observer, disk, clock).run_on(prepared);
}

}  // namespace kennel::train
