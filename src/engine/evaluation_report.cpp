#include "engine/evaluation_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/photo.h"
#include "vision/decode.h"
#include "vision/encode.h"
#include "vision/transform.h"

namespace kennel::engine {
namespace {

constexpr std::size_t kPairs = 20;
constexpr std::size_t kPhotos = 24;
constexpr int kThumbnailSide = 176;
constexpr int kThumbnailQuality = 80;

const std::string& class_name(const EvaluatedSplit& split, int label) {
  return split.classes[static_cast<std::size_t>(label)];
}

report::Table class_table(const EvaluatedSplit& split) {
  report::Table table{
      .title = "Classes",
      .columns = {report::text_column("class"), report::number_column("photos", report::number(0)),
                  report::share_column("recall"), report::share_column("precision"),
                  report::number_column("F1", report::number(3))}};
  for (std::size_t label = 0; label < split.classes.size(); ++label) {
    const ClassScore& score = split.evaluation.per_class[label];
    table.rows.push_back({split.classes[label], static_cast<double>(score.photos), score.recall(),
                          score.precision(), score.f1()});
  }
  std::ranges::stable_sort(table.rows, {},
                           [](const auto& row) { return std::get<double>(row[4]); });
  return table;
}

report::Table pair_table(const EvaluatedSplit& split) {
  report::Table table{
      .title = "Most confused",
      .columns = {report::text_column("photos of"), report::text_column("taken for"),
                  report::number_column("times", report::number(0)),
                  report::share_column("of its photos")}};
  for (const auto& pair : most_confused(split.evaluation, kPairs)) {
    const auto photos = split.evaluation.per_class[static_cast<std::size_t>(pair.truth)].photos;
    table.rows.push_back({class_name(split, pair.truth), class_name(split, pair.prediction),
                          static_cast<double>(pair.count),
                          static_cast<double>(pair.count) / static_cast<double>(photos)});
  }
  return table;
}

base::Result<base::Bytes> thumbnail(const base::Path& path) {
  KENNEL_TRY(const auto bytes, read_photo(path));
  KENNEL_TRY(const auto image, vision::decode(bytes, {.side_min = kThumbnailSide}));
  const int longer = std::max(image.width, image.height);
  const auto scaled = [&](int side) { return std::max(1, side * kThumbnailSide / longer); };
  const auto small =
      vision::resize(image, scaled(image.width), scaled(image.height), vision::Filter::kBicubic);
  return vision::encode_jpeg(small, kThumbnailQuality);
}

report::PhotoGrid worst_photos(const EvaluatedSplit& split) {
  report::PhotoGrid grid{.title = "Highest loss", .photos = {}};
  for (const auto& loss : split.evaluation.losses) {
    if (grid.photos.size() == kPhotos) break;
    const base::Path& path = split.photos[loss.index];
    auto jpeg = thumbnail(path);
    if (!jpeg) continue;
    const auto verdict =
        loss.truth == loss.prediction
            ? fmt::format("right, {:.0f} % sure", 100 * loss.probability)
            : fmt::format("taken for {}, {:.0f} % sure", class_name(split, loss.prediction),
                          100 * loss.probability);
    grid.photos.push_back({*std::move(jpeg),
                           path.filename().string(),
                           {class_name(split, loss.truth), verdict, path.filename().string()}});
  }
  return grid;
}

}  // namespace

report::Section to_section(const EvaluatedSplit& split) {
  report::Section section{
      .title = fmt::format("What it gets right and wrong on {}", split.name),
      .lead =
          fmt::format("{} photos of {} classes.", split.evaluation.photos, split.classes.size()),
      .blocks = {report::ConfusionMatrix{.title = "Confusion matrix",
                                         .classes = split.classes,
                                         .counts = split.evaluation.confusion}}};
  if (auto pairs = pair_table(split); !pairs.rows.empty()) {
    section.blocks.emplace_back(std::move(pairs));
  }
  section.blocks.emplace_back(class_table(split));
  section.blocks.emplace_back(worst_photos(split));
  return section;
}

std::vector<report::Headline> to_headlines(const EvaluatedSplit& split) {
  const Evaluation& scores = split.evaluation;
  return {{split.name + " top-1", fmt::format("{:.1f} %", 100 * scores.top1),
           fmt::format("{} photos", scores.photos)},
          {split.name + " top-5", fmt::format("{:.1f} %", 100 * scores.top5),
           "the right class among the first five"},
          {"calibration error", fmt::format("{:.3f}", scores.calibration_error),
           fmt::format("on {}", split.name)}};
}

}  // namespace kennel::engine
