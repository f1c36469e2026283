#include "train/run_report.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/evaluation_report.h"
#include "report/page.h"

namespace kennel::train {
namespace {

std::string to_seconds(double seconds) { return fmt::format("{:.2f} s", seconds); }

engine::EvaluatedSplit evaluated(const RunSummary& summary, const std::string& name,
                                 const SplitOutputs& split) {
  return {name, summary.classes, split.paths, split.evaluation};
}

report::Series series(const std::string& name, const std::vector<EpochRecord>& history,
                      double (*value)(const EpochRecord&)) {
  report::Series line{.name = name, .x = {}, .y = {}};
  for (const auto& record : history) {
    line.x.push_back(record.epoch);
    line.y.push_back(value(record));
  }
  return line;
}

report::Section curves(const RunSummary& summary) {
  const auto& history = summary.history;
  const report::Mark best{static_cast<double>(summary.best.epoch), "best epoch"};
  const report::LineChart loss{
      .title = "Loss",
      .x_label = "epoch",
      .y_label = "cross-entropy, nats",
      .series = {series("train", history, [](const auto& record) { return record.train.loss; }),
                 series("valid", history, [](const auto& record) { return record.valid.loss; })},
      .marks = {best},
      .format = report::number(4),
      .width = report::Width::kHalf};
  const report::LineChart top1{
      .title = "Top-1",
      .x_label = "epoch",
      .y_label = "part of the photos",
      .series = {series("train", history, [](const auto& record) { return record.train.top1; }),
                 series("valid", history, [](const auto& record) { return record.valid.top1; })},
      .marks = {best},
      .format = report::percent(1),
      .width = report::Width::kHalf};
  return {.title = "Learning curves",
          .lead = "Train is measured while the weights change, valid after each epoch.",
          .blocks = {loss, top1}};
}

report::Section timings(const RunSummary& summary) {
  const RunSeconds& seconds = summary.seconds;
  const report::BarChart phases{.title = "Wall-clock seconds",
                                .value_label = "seconds",
                                .bars = {{"list the photos", seconds.scan},
                                         {"load the weights", seconds.weights},
                                         {"read and hash photos", seconds.features.hash},
                                         {"compile the backbone", seconds.features.compile},
                                         {"decode and extract", seconds.features.extract},
                                         {"train the head", seconds.train},
                                         {"evaluate", seconds.evaluate},
                                         {"write the package", seconds.package}},
                                .format = report::number(3),
                                .width = report::Width::kHalf};
  const report::KeyValues work{
      .title = "Inside",
      .entries = {{"features from the cache", std::to_string(summary.cached_photos)},
                  {"decoding, all threads", to_seconds(seconds.features.work.decode)},
                  {"inference, all threads", to_seconds(seconds.features.work.infer)},
                  {"training, CPU time", to_seconds(seconds.train_cpu)}}};
  return {.title = "Where each second went", .lead = "", .blocks = {phases, work}};
}

report::Section settings(const RunOptions& options, const RunSummary& summary) {
  const HeadOptions& head = options.head;
  report::KeyValues values{
      .title = "Settings",
      .entries = {{"backbone", options.backbone->name},
                  {"precision", std::string(engine::to_name(options.precision))},
                  {"head", fmt::format("{} - {} - {}", options.backbone->feature_width, head.hidden,
                                       summary.classes.size())},
                  {"epochs", std::to_string(head.epochs)},
                  {"batch size", std::to_string(head.batch_size)},
                  {"learning rate", fmt::format("{:g}", head.learning_rate)},
                  {"optimizer", std::string(to_name(head.optimizer))},
                  {"weight decay", fmt::format("{:g}", head.weight_decay)},
                  {"schedule", std::string(to_name(head.schedule))},
                  {"label smoothing", fmt::format("{:g}", head.label_smoothing)},
                  {"dropout", fmt::format("{:g}", head.dropout)},
                  {"seed", std::to_string(head.seed)},
                  {"training photos", std::to_string(summary.train_photos)}}};
  report::Section section{.title = "How it was made", .lead = "", .blocks = {values}};
  section.blocks.emplace_back(report::Note{options.command});
  for (const auto& note : summary.notes) {
    section.blocks.emplace_back(report::Note{note, report::Tone::kWarning});
  }
  return section;
}

}  // namespace

std::string report_html(const RunOptions& options, const RunSummary& summary) {
  const bool tested = summary.test.has_value();
  const auto split = tested ? evaluated(summary, "test", *summary.test)
                            : evaluated(summary, "valid", summary.valid);
  report::Page page{
      .title = fmt::format("{} classes, {}", summary.classes.size(), options.backbone->name),
      .subtitle = options.data.string(),
      .headlines = engine::to_headlines(split),
      .sections = {curves(summary), engine::to_section(split), timings(summary),
                   settings(options, summary)},
      .footer = "kennel " KENNEL_VERSION};
  page.headlines.push_back({"best epoch",
                            fmt::format("{} of {}", summary.best.epoch, summary.history.size()),
                            std::string(to_name(summary.ending))});
  return report::to_html(page);
}

}  // namespace kennel::train
