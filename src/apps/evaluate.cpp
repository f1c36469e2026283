#include "apps/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/environment.h"
#include "apps/interrupt.h"
#include "apps/package_labels.h"
#include "apps/progress_bar.h"
#include "dataset/labelled_photos.h"
#include "engine/classification.h"
#include "engine/evaluation.h"
#include "engine/evaluation_report.h"
#include "network/package.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::size_t kPairsShown = 10;

// Photos with the labels that the package gives their folders' names.
struct LabelledPhotos {
  std::string split;
  std::vector<base::Path> paths;
  std::vector<int> labels;
};

base::Result<LabelledPhotos> find_photos(const EvaluateCommand& command,
                                         const network::Package& package) {
  KENNEL_TRY(const auto found, dataset::scan_labelled(command.data, command.split));
  KENNEL_TRY(const auto labels, to_package_labels(found.classes, package));
  LabelledPhotos photos{.split = found.split};
  for (const auto& sample : found.samples) {
    photos.paths.push_back(sample.path);
    photos.labels.push_back(labels[static_cast<std::size_t>(sample.label)]);
  }
  return photos;
}

// The photos that could be read, evaluated.
struct Outcome {
  std::vector<base::Path> paths;
  engine::Evaluation evaluation;
  std::vector<engine::PhotoFailure> failures;
};

Outcome to_outcome(const LabelledPhotos& photos, engine::ClassifiedPhotos classified,
                   std::size_t classes) {
  Outcome outcome;
  engine::LabelledLogits outputs{.classes = static_cast<int>(classes)};
  for (std::size_t index = 0; index < photos.paths.size(); ++index) {
    const auto& logits = classified.logits[index];
    if (logits.empty()) continue;
    outputs.logits.insert(outputs.logits.end(), logits.begin(), logits.end());
    outputs.labels.push_back(photos.labels[index]);
    outcome.paths.push_back(photos.paths[index]);
  }
  outcome.evaluation = engine::evaluate(outputs);
  outcome.failures = std::move(classified.failures);
  return outcome;
}

base::Result<Outcome> evaluate_photos(const EvaluateCommand& command,
                                      const network::Package& package,
                                      const LabelledPhotos& photos) {
  KENNEL_TRY(const auto precision, engine::choose_precision(command.precision, package));
  const base::SystemClock clock;
  ProgressBar bar("evaluating", "photos", clock, !command.output.quiet && !command.output.json);
  KENNEL_TRY(auto classified,
             engine::classify(package, photos.paths,
                              {.precision = precision,
                               .threads = thread_count(command.threads),
                               .stop = &interrupt_flag(),
                               .progress = [&](std::size_t done, std::size_t total) {
                                 bar.update(done, total);
                               }}));
  bar.clear();
  auto outcome = to_outcome(photos, std::move(classified), package.classes.size());
  for (const auto& failure : outcome.failures) {
    const auto text = fmt::format("{}: {}", failure.path.string(), failure.reason);
    if (command.strict) return base::fail(ErrorKind::kCorrupt, text);
    fmt::print(stderr, "note: left out {}\n", text);
  }
  if (outcome.paths.empty()) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("no photo of {} could be read", command.data.string()));
  }
  return outcome;
}

json class_json(const std::string& name, const engine::ClassScore& score) {
  return {{"class", name},
          {"photos", score.photos},
          {"recall", score.recall()},
          {"precision", score.precision()},
          {"f1", score.f1()}};
}

json to_json(const network::Package& package, const std::string& split, const Outcome& outcome) {
  const auto& scores = outcome.evaluation;
  json classes = json::array();
  for (std::size_t label = 0; label < package.classes.size(); ++label) {
    classes.push_back(class_json(package.classes[label], scores.per_class[label]));
  }
  json left_out = json::array();
  for (const auto& failure : outcome.failures) {
    left_out.push_back({{"path", failure.path.string()}, {"reason", failure.reason}});
  }
  return {{"split", split},      {"photos", scores.photos},
          {"top1", scores.top1}, {"top5", scores.top5},
          {"loss", scores.loss}, {"calibration_error", scores.calibration_error},
          {"classes", classes},  {"confusion", scores.confusion},
          {"left_out", left_out}};
}

std::size_t longest_name(const std::vector<std::string>& names) {
  return std::ranges::max(names, {}, &std::string::size).size();
}

void print_classes(const network::Package& package, const engine::Evaluation& scores) {
  const std::size_t width = std::max<std::size_t>(longest_name(package.classes), 5);
  fmt::print("\n{:<{}}  photos  recall  precision     f1\n", "class", width);
  for (std::size_t label = 0; label < package.classes.size(); ++label) {
    const auto& score = scores.per_class[label];
    fmt::print("{:<{}}  {:>6}  {:>6.3f}  {:>9.3f}  {:>5.3f}\n", package.classes[label], width,
               score.photos, score.recall(), score.precision(), score.f1());
  }
}

void print_for_people(const network::Package& package, const std::string& split,
                      const Outcome& outcome) {
  const auto& scores = outcome.evaluation;
  fmt::print("{} photos of {}: top-1 {:.4f}, top-5 {:.4f}, loss {:.4f}, calibration error {:.4f}\n",
             scores.photos, split, scores.top1, scores.top5, scores.loss, scores.calibration_error);
  print_classes(package, scores);
  const auto pairs = engine::most_confused(scores, kPairsShown);
  if (!pairs.empty()) fmt::print("\nmost confused\n");
  for (const auto& pair : pairs) {
    fmt::print("  {:>3} x {} taken for {}\n", pair.count,
               package.classes[static_cast<std::size_t>(pair.truth)],
               package.classes[static_cast<std::size_t>(pair.prediction)]);
  }
}

void write_report(const base::Path& path, const EvaluateCommand& command,
                  const network::Package& package, const std::string& split,
                  const Outcome& outcome) {
  const engine::EvaluatedSplit evaluated{split, package.classes, outcome.paths, outcome.evaluation};
  base::PosixDisk disk;
  base::write_atomically(disk, path,
                         report::to_html({.title = command.package.filename().string(),
                                          .subtitle = command.data.string(),
                                          .headlines = engine::to_headlines(evaluated),
                                          .sections = {engine::to_section(evaluated)},
                                          .footer = "kennel " KENNEL_VERSION}));
}

}  // namespace

base::Result<int> run_evaluate(const EvaluateCommand& command) {
  KENNEL_TRY(const auto package, network::read_package(command.package));
  KENNEL_TRY(const auto photos, find_photos(command, package));
  if (photos.split == "all" && !command.output.quiet) {
    fmt::print(stderr,
               "note: no splits here; if the model was trained on this folder, it has seen most of "
               "these photos, and the run's results.json has its test score\n");
  }
  KENNEL_TRY(const auto outcome, evaluate_photos(command, package, photos));
  if (command.report) write_report(*command.report, command, package, photos.split, outcome);
  if (command.output.json) {
    const json line = to_json(package, photos.split, outcome);
    fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
  } else if (!command.output.quiet) {
    print_for_people(package, photos.split, outcome);
    if (command.report) fmt::print("\n{}\n", command.report->string());
  }
  return 0;
}

}  // namespace kennel::apps
