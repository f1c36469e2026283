// A page of findings as plain data, and the one HTML file that shows it: opens offline, asks no
// network for anything, and knows nothing of what it reports on. Values copy; no state is kept, so
// any number of threads may write pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "report/numbers.h"

namespace kennel::report {

// A number or a word that should be seen first: large, with what it is above and a remark below.
struct Headline {
  std::string label;
  std::string value;
  std::string remark;
};

struct KeyValue {
  std::string key;
  std::string value;
};

struct KeyValues {
  std::string title;
  std::vector<KeyValue> entries;
};

enum class Tone { kPlain, kWarning };

// A paragraph; blank lines part paragraphs.
struct Note {
  std::string text;
  Tone tone = Tone::kPlain;
};

// A column of text, or of numbers when it has a format. `bar` draws each share (0 to 1) behind
// its number.
struct Column {
  std::string title;
  std::optional<NumberFormat> format;
  bool bar = false;
};

[[nodiscard]] Column text_column(std::string title);
[[nodiscard]] Column number_column(std::string title, NumberFormat format);
[[nodiscard]] Column share_column(std::string title, int decimals = 1);

using Cell = std::variant<std::string, double>;

// Every row has one cell a column. A click on a heading sorts; only the first `rows_shown` are
// seen until the reader asks for more (on paper and without JavaScript all of them are).
struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::size_t rows_shown = 20;
};

// Half as wide as the page: two that follow each other stand side by side where there is room.
enum class Width { kFull, kHalf };

// y[i] belongs to x[i]; a y that is not finite leaves a gap.
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
};

// A vertical line with a label, at the best epoch for instance.
struct Mark {
  double x = 0;
  std::string label;
};

struct LineChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
  std::vector<Mark> marks;
  NumberFormat format = number(2);
  Width width = Width::kFull;
};

struct Bar {
  std::string label;
  double value = 0;
};

// Horizontal bars compare named things, each with its number; vertical ones show a distribution.
enum class Direction { kHorizontal, kVertical };

struct BarChart {
  std::string title;
  std::string value_label;
  std::vector<Bar> bars;
  NumberFormat format = number(0);
  Direction direction = Direction::kHorizontal;
  Width width = Width::kFull;
};

// counts[truth * classes.size() + predicted].
struct ConfusionMatrix {
  std::string title;
  std::vector<std::string> classes;
  std::vector<std::uint64_t> counts;
};

// Points, each with a text that is told under the mouse; `stepped`: joined by steps instead.
struct PointSeries {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::string> labels;  // none, or one for each point
  bool stepped = false;
};

// Of an axis with `categories`, values are places among them, from 0.
struct ScatterAxis {
  std::string label;
  bool logarithmic = false;
  std::vector<std::string> categories = {};
};

struct ScatterChart {
  std::string title;
  ScatterAxis x;
  ScatterAxis y;
  std::vector<PointSeries> series;
  Width width = Width::kFull;
};

// A line through all axes for each row; drawing along an axis picks those that pass there. Colours
// go by the last axis, where `better` is at its lower or upper end.
enum class Better { kLower, kHigher };
struct ParallelChart {
  std::string title;
  std::vector<ScatterAxis> axes;
  std::vector<std::vector<double>> rows;
  std::vector<std::string> names;  // of the rows
  Better better = Better::kLower;
};

// Values over a grid, values[row * columns.size() + column], and points on top. Both axes are in
// the unit of the ticks that name some of their places: [0, 1].
struct Tick {
  double at = 0;
  std::string label;
};
struct HeatMap {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::size_t columns = 0;
  std::vector<double> values;
  std::vector<Tick> x_ticks;
  std::vector<Tick> y_ticks;
  PointSeries points;
  Width width = Width::kHalf;
};

// Bars along time, one line each.
struct Span {
  std::string label;
  std::string kind;  // has a colour of its own
  double begin = 0;  // seconds
  double end = 0;
};
struct Timeline {
  std::string title;
  std::vector<Span> spans;
};

// The first caption line stands out; the others are remarks below it.
struct Photo {
  base::Bytes jpeg;
  std::string description;  // read out to those who do not see the photo
  std::vector<std::string> caption;
};

struct PhotoGrid {
  std::string title;
  std::vector<Photo> photos;
};

using Block = std::variant<Note, KeyValues, Table, LineChart, BarChart, ConfusionMatrix, PhotoGrid,
                           ScatterChart, ParallelChart, HeatMap, Timeline>;

struct Section {
  std::string title;
  std::string lead;  // a sentence under the title; may be empty
  std::vector<Block> blocks;
};

struct Page {
  std::string title;
  std::string subtitle;
  std::vector<Headline> headlines;
  std::vector<Section> sections;
  std::string footer;
};

// A row of the wrong length, a series whose x and y differ in length or a matrix that is not square
// is a bug of the caller's and ends the process.
[[nodiscard]] std::string to_html(const Page& page);

}  // namespace kennel::report
