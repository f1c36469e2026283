#include "apps/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/disk.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;
using nlohmann::json;

struct Run {
  std::string name;
  json results;
};

base::Result<Run> read_run(const base::Path& folder) {
  const base::Path path = folder / "results.json";
  const auto bytes = base::read_file(path, 64 * base::kMiB);
  if (!bytes) {
    return base::fail(bytes.error().kind,
                      fmt::format("{} is no finished run: {}; name folders that `kennel train` "
                                  "wrote",
                                  folder.string(), bytes.error().message));
  }
  auto results = json::parse(bytes->begin(), bytes->end(), nullptr, false);
  if (!results.is_object()) {
    return base::fail(ErrorKind::kCorrupt,
                      fmt::format("{} is damaged; train again, or leave it out", path.string()));
  }
  return Run{folder.lexically_normal().string(), std::move(results)};
}

struct Row {
  const char* title;
  const char* pointer;  // into results.json
  int decimals;         // for numbers that are no integers
};

constexpr std::array kScoreRows{Row{"valid top-1", "/valid/top1", 4},
                                Row{"valid top-5", "/valid/top5", 4},
                                Row{"valid loss", "/valid/loss", 4},
                                Row{"test top-1", "/test/top1", 4},
                                Row{"test top-5", "/test/top5", 4},
                                Row{"test calibration error", "/test/calibration_error", 4},
                                Row{"best epoch", "/best_epoch", 0},
                                Row{"ending", "/ending", 0},
                                Row{"train photos", "/photos/train", 0},
                                Row{"seconds in all", "/timings/total", 2},
                                Row{"seconds of features", "/timings/extract", 2},
                                Row{"seconds of training", "/timings/train", 2}};

std::string cell(const json& results, const std::string& pointer, int decimals) {
  const json::json_pointer place(pointer);
  if (!results.contains(place) || results.at(place).is_null()) return "-";
  const json& value = results.at(place);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float() && decimals > 0) {
    return fmt::format("{:.{}f}", value.get<double>(), decimals);
  }
  return value.dump();
}

struct TextRow {
  std::string title;
  std::vector<std::string> cells;
};

TextRow text_row(const std::vector<Run>& runs, const std::string& title, const std::string& pointer,
                 int decimals) {
  TextRow row{title, {}};
  for (const auto& run : runs) row.cells.push_back(cell(run.results, pointer, decimals));
  return row;
}

// Settings that any of the runs has, those that differ first marked with a star.
std::vector<TextRow> setting_rows(const std::vector<Run>& runs) {
  json names = json::object();
  for (const auto& run : runs) {
    const auto settings = run.results.find("settings");
    if (settings != run.results.end() && settings->is_object()) names.update(*settings);
  }
  std::vector<TextRow> rows;
  for (const auto& [name, ignored] : names.items()) {
    TextRow row = text_row(runs, name, "/settings/" + name, 0);
    const bool same = std::ranges::all_of(
        row.cells, [&](const std::string& text) { return text == row.cells.front(); });
    if (!same) row.title += " *";
    rows.push_back(std::move(row));
  }
  return rows;
}

void print_table(const std::vector<TextRow>& rows) {
  std::size_t title_width = 0;
  std::vector<std::size_t> widths(rows.front().cells.size(), 0);
  for (const auto& row : rows) {
    title_width = std::max(title_width, row.title.size());
    for (std::size_t column = 0; column < widths.size(); ++column) {
      widths[column] = std::max(widths[column], row.cells[column].size());
    }
  }
  for (const auto& row : rows) {
    fmt::print("{:<{}}", row.title, title_width);
    for (std::size_t column = 0; column < widths.size(); ++column) {
      fmt::print("  {:>{}}", row.cells[column], widths[column]);
    }
    fmt::print("\n");
  }
}

json to_json(const std::vector<Run>& runs) {
  json list = json::array();
  for (const auto& run : runs) {
    json entry = run.results;
    entry["run"] = run.name;
    entry.erase("epochs");
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

base::Result<int> run_compare(const CompareCommand& command) {
  std::vector<Run> runs;
  for (const auto& folder : command.runs) {
    KENNEL_TRY(auto run, read_run(folder));
    runs.push_back(std::move(run));
  }
  if (command.output.json) {
    fmt::print("{}\n", to_json(runs).dump(-1, ' ', false, json::error_handler_t::replace));
    return 0;
  }
  TextRow header{"", {}};
  for (const auto& run : runs) header.cells.push_back(run.name);
  std::vector<TextRow> rows{header};
  for (const auto& row : kScoreRows) {
    rows.push_back(text_row(runs, row.title, row.pointer, row.decimals));
  }
  for (auto& row : setting_rows(runs)) rows.push_back(std::move(row));
  print_table(rows);
  fmt::print("* differs\n");
  return 0;
}

}  // namespace kennel::apps
