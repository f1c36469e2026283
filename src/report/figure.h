// The HTML around a drawing: its title, its data for the script, and its numbers as a table.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "report/page.h"

namespace kennel::report {

struct Figure {
  std::string_view kind;
  std::string_view title;
  std::string spoken;  // what the drawing shows, for a screen reader
  Width width;
  nlohmann::json data;
  std::string table;
};

[[nodiscard]] std::string figure_html(Figure figure);

}  // namespace kennel::report
