// Writes a page that shows every kind of block to argv[1], for the browser test and for eyes. With
// a second argument, a folder, its JPEGs stand in for the drawn photos.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "base/disk.h"
#include "base/random.h"
#include "report/page.h"

namespace kennel::report {
namespace {

constexpr std::size_t kClassCount = 133;
constexpr int kPhotosPerClass = 50;
constexpr int kEpochs = 15;

std::vector<std::string> invented_breeds() {
  const std::vector<std::string> first{"Amber",  "Brook",       "Cedar", "Dapple", "Elm",
                                       "Fallow", "Gorse",       "Heath", "Ivory",  "Juniper",
                                       "Kelp",   "Long-haired", "Marsh", "Nettle"};
  const std::vector<std::string> second{"spaniel", "terrier", "hound",   "pointer",   "collie",
                                        "mastiff", "spitz",   "whippet", "retriever", "shepherd"};
  std::vector<std::string> names;
  for (std::size_t at = 0; at < kClassCount; ++at) {
    names.push_back(first[at / second.size()] + " " + second[at % second.size()]);
  }
  // What people call their folders, and what somebody may call one on purpose.
  names[5] = "Épagneul de Münster";
  names[17] = "</script><script>document.title = 'broken'</script>";
  names[29] = "柴犬 \"Shiba\" & 'Inu'";
  names[41] = "not UTF-8: \xff\xfe";
  return names;
}

// Mistakes fall on neighbours mostly, and now and then anywhere.
ConfusionMatrix confusion(const std::vector<std::string>& classes, base::Random random) {
  const std::size_t count = classes.size();
  ConfusionMatrix matrix{.title = "Validation photos", .classes = classes, .counts = {}};
  matrix.counts.resize(count * count);
  for (std::size_t truth = 0; truth < count; ++truth) {
    const double skill = random.uniform(0.6, 0.99);
    for (int photo = 0; photo < kPhotosPerClass; ++photo) {
      std::size_t predicted = truth;
      if (random.uniform() > skill) {
        const bool nearby = random.uniform() < 0.7;
        predicted = nearby ? (truth + 1 + random.below(3)) % count : random.below(count);
      }
      ++matrix.counts[truth * count + predicted];
    }
  }
  return matrix;
}

LineChart curve(std::string title, std::string label, NumberFormat format, double start,
                double train_end, double valid_end) {
  Series train{.name = "train", .x = {}, .y = {}};
  Series valid{.name = "valid", .x = {}, .y = {}};
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    const double left = std::exp(-0.45 * (epoch - 1));
    for (Series* one : {&train, &valid}) one->x.push_back(epoch);
    train.y.push_back(train_end + (start - train_end) * left);
    valid.y.push_back(valid_end + (start - valid_end) * left + 0.004 * std::sin(epoch * 2.0));
  }
  return {.title = std::move(title),
          .x_label = "Epoch",
          .y_label = std::move(label),
          .series = {std::move(train), std::move(valid)},
          .marks = {{.x = 11, .label = "best"}},
          .format = std::move(format),
          .width = Width::kHalf};
}

Table per_class(const ConfusionMatrix& matrix) {
  const std::size_t count = matrix.classes.size();
  Table table{
      .title = "Per class",
      .columns = {text_column("Class"), number_column("Photos", number()), share_column("Recall"),
                  share_column("Precision"), number_column("F1", number(3))},
      .rows = {}};
  for (std::size_t at = 0; at < count; ++at) {
    double column = 0;
    for (std::size_t truth = 0; truth < count; ++truth) {
      column += static_cast<double>(matrix.counts[truth * count + at]);
    }
    const auto right = static_cast<double>(matrix.counts[at * count + at]);
    const double recall = right / kPhotosPerClass;
    // One class that was never predicted: it has no precision.
    const double precision = at == 3 ? std::nan("") : right / column;
    const double f1 = 2 * recall * precision / (recall + precision);
    table.rows.push_back({matrix.classes[at], double{kPhotosPerClass}, recall, precision, f1});
  }
  return table;
}

BarChart where_time_went() {
  return {.title = "Where each second went",
          .value_label = "Seconds",
          .bars = {{"Decode and resize", 1.94},
                   {"Backbone", 6.27},
                   {"Head, 15 epochs", 0.41},
                   {"Evaluate", 0.12},
                   {"Package", 0.33},
                   {"Start, read weights, compile", 0.58}},
          .format = seconds(),
          .width = Width::kHalf};
}

BarChart confidences() {
  BarChart chart{.title = "How sure the model was",
                 .value_label = "Photos",
                 .bars = {},
                 .direction = Direction::kVertical,
                 .width = Width::kHalf};
  for (int bin = 0; bin < 20; ++bin) {
    chart.bars.push_back({fmt::format("{} %", bin * 5), std::round(std::exp(bin * 0.37))});
  }
  return chart;
}

// A grey square of 8 x 8 pixels.
base::Bytes grey_jpeg() {
  constexpr std::string_view kHex =
      "ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028"
      "422b28252528513a3d3042605565645f555d5b6a7899816a7190735b5d85b586909ea3abadab6780"
      "bcc9baa6c799a8aba4ffc0000b080008000801011100ffc400140001000000000000000000000000"
      "00000003ffc40014100100000000000000000000000000000000ffda0008010100003f0077ffd9";
  base::Bytes bytes;
  for (std::size_t at = 0; at < kHex.size(); at += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(kHex.substr(at, 2)), {}, 16)));
  }
  return bytes;
}

std::vector<base::Bytes> photos_in(const base::Path& folder) {
  std::vector<base::Bytes> photos;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".jpg" || photos.size() == 12) continue;
    photos.push_back(base::read_file(entry.path(), base::kMiB).value());
  }
  return photos;
}

PhotoGrid top_losses(const std::vector<std::string>& classes, std::vector<base::Bytes> photos) {
  PhotoGrid grid{.title = "Highest losses", .photos = {}};
  for (std::size_t at = 0; at < photos.size(); ++at) {
    const std::string& truth = classes[at * 7];
    grid.photos.push_back({.jpeg = std::move(photos[at]),
                           .description = "A photo of: " + truth,
                           .caption = {truth, "called " + classes[at * 9 + 1],
                                       fmt::format("loss {:.2f}", 6.1 - 0.3 * double(at))}});
  }
  return grid;
}

Section search_section() {
  ScatterChart history{.title = "The best so far", .x = {"trial"}, .y = {"loss"}};
  history.series = {
      {.name = "each trial", .x = {1, 2, 3}, .y = {3, 1, 2}, .labels = {"a", "b", "<i>c"}},
      {.name = "best so far", .x = {1, 2, 3}, .y = {3, 1, 1}, .stepped = true}};
  ParallelChart parallel{.title = "All trials",
                         .axes = {{.label = "rate", .logarithmic = true},
                                  {.label = "kind", .categories = {"adam", "<b>sgd"}},
                                  {"loss"}},
                         .rows = {{0.001, 0, 3}, {0.01, 1, 1}, {0.1, 0, 2}},
                         .names = {"trial 1", "trial 2", "trial 3"}};
  HeatMap surface{.title = "rate and units", .x_label = "rate", .y_label = "units", .columns = 8};
  for (int row = 0; row < 8; ++row) {
    for (int column = 0; column < 8; ++column) surface.values.push_back((column - 3) * (row - 4));
  }
  surface.x_ticks = {{0, "0.001"}, {1, "0.1"}};
  surface.y_ticks = {{0, "8"}, {1, "64"}};
  surface.points = {.name = "trials", .x = {0.1, 0.9}, .y = {0.5, 0.2}, .labels = {"1", "2"}};
  Timeline timeline{.title = "Who ran when",
                    .spans = {{"trial 1", "completed", 0, 2}, {"trial 2", "stopped", 1, 3}}};
  return {
      .title = "A search",
      .blocks = {std::move(history), std::move(parallel), std::move(surface), std::move(timeline)}};
}

Page example(std::vector<base::Bytes> photos) {
  const std::vector<std::string> classes = invented_breeds();
  ConfusionMatrix matrix = confusion(classes, base::Random(1));
  ConfusionMatrix small =
      confusion({"beagle", "collie", "pug", "samoyed", "whippet"}, base::Random(2));
  small.title = "Five classes";
  Page page{.title = "133 breeds, EfficientNet-Lite0",
            .subtitle = "Frozen backbone, head of 256, 15 epochs on 6,680 photos",
            .headlines = {{"Test top-1", "91.4 %", "764 of 836 photos"},
                          {"Valid top-1", "92.0 %", "best at epoch 11 of 15"},
                          {"Photos", "8,351", "6,680 / 835 / 836"},
                          {"Time", "9.65 s", "692 photos a second"}},
            .sections = {},
            .footer = "kennel " KENNEL_VERSION};
  page.sections = {
      {.title = "Learning curves",
       .lead = "Measured after each epoch. The package holds the weights of the best.",
       .blocks = {curve("Accuracy", "Top-1", percent(), 0.42, 0.985, 0.918),
                  curve("Loss", "Cross-entropy", number(3), 2.9, 0.06, 0.31)}},
      {.title = "Confusion",
       .lead = "Rows are the true class, columns what the model said.",
       .blocks = {matrix, small}},
      {.title = "Classes", .lead = "", .blocks = {per_class(matrix)}},
      {.title = "Photos it got wrong",
       .lead = "",
       .blocks = {Note{.text =
                           "2 photos could not be read and were left out: broken.jpg, empty.jpg.",
                       .tone = Tone::kWarning},
                  top_losses(classes, std::move(photos))}},
      {.title = "Time", .lead = "", .blocks = {where_time_went(), confidences()}},
      search_section(),
      {.title = "Settings",
       .lead = "",
       .blocks = {KeyValues{.title = "",
                            .entries = {{"Backbone", "efficientnet-lite0"},
                                        {"Optimizer", "adamw"},
                                        {"Learning rate", "0.001"},
                                        {"Batch size", "32"},
                                        {"Seed", "1"},
                                        {"Command", "kennel train <photos> --epochs 15"}}}}},
  };
  return page;
}

}  // namespace
}  // namespace kennel::report

int main(int argc, char** argv) {
  namespace base = kennel::base;
  namespace report = kennel::report;
  if (argc < 2) {
    std::fputs("Usage: kennel_report_example PAGE.html [FOLDER_OF_JPEGS]\n", stderr);
    return 2;
  }
  std::vector<base::Bytes> photos(6, report::grey_jpeg());
  if (argc > 2) photos = report::photos_in(argv[2]);
  base::PosixDisk disk;
  base::write_atomically(disk, argv[1], report::to_html(report::example(std::move(photos))));
}
