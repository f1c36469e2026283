#include "apps/train_console.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/progress_bar.h"
#include "train/run_files.h"

namespace kennel::apps {
namespace {

using dataset::Split;
using nlohmann::json;

std::string photo_counts(const dataset::Dataset& data) {
  return fmt::format("found {} classes, {} train / {} valid / {} test photos", data.classes.size(),
                     data.split(Split::kTrain).size(), data.split(Split::kValid).size(),
                     data.split(Split::kTest).size());
}

class TextConsole final : public TrainConsole {
 public:
  TextConsole(const base::Clock& clock, bool quiet)
      : quiet_(quiet), bar_("features", "photos", clock, !quiet) {}

  void on_note(const std::string& note) override {
    bar_.clear();
    fmt::print(stderr, "note: {}\n", note);
  }

  void on_dataset(const dataset::Dataset& data) override { say(photo_counts(data)); }

  void on_extraction(std::size_t done, std::size_t total) override { bar_.update(done, total); }

  void on_features(const engine::Features& features) override {
    bar_.clear();
    const double extract = features.seconds.extract;
    const std::size_t photos = features.rows.size() - features.failures.size();
    const std::size_t computed = photos - features.cached;
    if (computed == 0) {
      say(fmt::format("features: all {} from the cache", photos));
    } else {
      say(fmt::format("features: {} computed in {:.1f} s ({:.0f} photos/s), {} from the cache",
                      computed, extract, static_cast<double>(computed) / extract, features.cached));
    }
  }

  void on_resumed(const std::vector<train::EpochRecord>& history, int epochs) override {
    say(fmt::format("going on after epoch {}/{}", history.size(), epochs));
  }

  void on_epoch(const train::EpochRecord& record, int epochs) override {
    if (!headed_) say("               train loss   top-1   valid loss   top-1");
    headed_ = true;
    say(fmt::format("epoch {:>3}/{:<3}  {:>10.4f}  {:.4f}   {:>10.4f}  {:.4f}  {:.2f} s{}",
                    record.epoch, epochs, record.train.loss, record.train.top1, record.valid.loss,
                    record.valid.top1, record.seconds, record.best ? " *" : ""));
  }

  void on_end(const train::RunOptions& options, const train::RunSummary& summary) override {
    if (summary.ending == train::Ending::kInterrupted) {
      say("stopped; this is the best so far, and --resume goes on");
    } else if (summary.ending == train::Ending::kPatience) {
      say(fmt::format("no better epoch among the last {}: ended early", options.head.patience));
    }
    say(fmt::format("best *  epoch {}", summary.best.epoch));
    say("valid   " + scores(summary.valid.evaluation));
    if (summary.test) say("test    " + scores(summary.test->evaluation));
    say(fmt::format("model   {}", (options.folder / "model.tar.gz").string()));
    say(fmt::format("report  {}", (options.folder / "report.html").string()));
    say(fmt::format("done in {:.1f} s, of which training the head took {:.2f} s",
                    summary.seconds.total, summary.seconds.train));
  }

 private:
  static std::string scores(const engine::Evaluation& evaluation) {
    return fmt::format("top-1 {:.4f}, top-5 {:.4f}, {} photos", evaluation.top1, evaluation.top5,
                       evaluation.photos);
  }

  void say(const std::string& line) const {
    if (quiet_) return;
    fmt::print("{}\n", line);
    std::fflush(stdout);
  }

  bool quiet_;
  bool headed_ = false;
  ProgressBar bar_;
};

// One object a line; docs/run-folder.md lists the events.
class JsonConsole final : public TrainConsole {
 public:
  void on_note(const std::string& note) override { emit("note", {{"text", note}}); }

  void on_dataset(const dataset::Dataset& data) override {
    json photos;
    for (const Split split : dataset::kSplits) {
      photos[std::string(dataset::to_name(split))] = data.split(split).size();
    }
    emit("dataset", {{"classes", data.classes}, {"photos", photos}});
  }

  void on_extraction(std::size_t done, std::size_t total) override {
    const std::size_t percent = done * 100 / total;
    if (percent == percent_) return;  // one event a percent is enough
    percent_ = percent;
    emit("extraction", {{"done", done}, {"total", total}});
  }

  void on_features(const engine::Features& features) override {
    emit("features", {{"photos", features.rows.size() - features.failures.size()},
                      {"cached", features.cached},
                      {"seconds", features.seconds.extract}});
  }

  void on_resumed(const std::vector<train::EpochRecord>& history, int epochs) override {
    for (const auto& record : history) on_epoch(record, epochs);
  }

  void on_epoch(const train::EpochRecord& record, int epochs) override {
    emit("epoch", {{"epoch", record.epoch},
                   {"epochs", epochs},
                   {"learning_rate", record.learning_rate},
                   {"train_loss", record.train.loss},
                   {"train_top1", record.train.top1},
                   {"valid_loss", record.valid.loss},
                   {"valid_top1", record.valid.top1},
                   {"seconds", record.seconds},
                   {"best", record.best}});
  }

  void on_end(const train::RunOptions& options, const train::RunSummary& summary) override {
    json event = train::scores_json(summary);
    event["ending"] = train::to_name(summary.ending);
    event["best_epoch"] = summary.best.epoch;
    event["package"] = (options.folder / "model.tar.gz").string();
    event["report"] = (options.folder / "report.html").string();
    event["seconds"] = summary.seconds.total;
    emit("end", std::move(event));
  }

 private:
  static void emit(const char* name, json event) {
    event["event"] = name;
    fmt::print("{}\n", event.dump(-1, ' ', false, json::error_handler_t::replace));
    std::fflush(stdout);
  }

  std::size_t percent_ = 0;
};

}  // namespace

std::unique_ptr<TrainConsole> make_train_console(const OutputOptions& output,
                                                 const base::Clock& clock) {
  if (output.json) return std::make_unique<JsonConsole>();
  return std::make_unique<TextConsole>(clock, output.quiet);
}

}  // namespace kennel::apps
