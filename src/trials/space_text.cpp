#include "trials/space_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"

namespace kennel::trials {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr const char* kHowTo =
    "say NAME=LOW:HIGH, NAME=LOW:HIGH:SCALING (auto, linear, log, reverse-log) or NAME=A,B,C";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

base::Result<tune::Range> parse_ends(const std::vector<std::string>& parts) {
  tune::Scaling scaling = tune::Scaling::kAuto;
  if (parts.size() == 3) {
    KENNEL_TRY(scaling, tune::parse_scaling(parts[2]));
  }
  const auto low = base::parse_number<std::int64_t>(parts[0]);
  const auto high = base::parse_number<std::int64_t>(parts[1]);
  if (low && high) return tune::IntegerRange{*low, *high, scaling};
  const auto begin = base::parse_number<double>(parts[0]);
  const auto end = base::parse_number<double>(parts[1]);
  if (begin && end) return tune::ContinuousRange{*begin, *end, scaling};
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("\"{}\" is no number", begin ? parts[1] : parts[0]));
}

// Members of an object, each with its place for whoever wrote it.
class Reader {
 public:
  Reader(const json& object, std::string place) : object_(object), place_(std::move(place)) {}

  template <class T>
  base::Result<T> get(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) return wrong(name, "is missing");
    try {
      return found->get<T>();
    } catch (const json::exception&) {
      return wrong(name, fmt::format("is {}, which is no {}", found->dump(), kind<T>()));
    }
  }
  [[nodiscard]] bool has(const char* name) const { return object_.contains(name); }
  [[nodiscard]] tl::unexpected<base::Error> wrong(const std::string& name,
                                                  const std::string& what) const {
    return base::fail(ErrorKind::kInvalid, fmt::format("{}.{} {}", place_, name, what));
  }
  // Misspelt names would be passed over otherwise.
  [[nodiscard]] base::Result<void> allow(std::initializer_list<std::string_view> names) const {
    for (const auto& [name, value] : object_.items()) {
      if (std::ranges::find(names, name) == names.end()) return wrong(name, "is not known");
    }
    return {};
  }

 private:
  template <class T>
  static const char* kind() {
    if constexpr (std::is_same_v<T, std::string>) return "string";
    if constexpr (std::is_same_v<T, std::vector<std::string>>) return "list of strings";
    return "number";
  }

  const json& object_;
  std::string place_;
};

template <class Ends, class Number>
base::Result<tune::Range> ends_from(const Reader& reader) {
  KENNEL_TRY_VOID(reader.allow({"name", "type", "low", "high", "scaling"}));
  Ends range;
  KENNEL_TRY(range.low, reader.get<Number>("low"));
  KENNEL_TRY(range.high, reader.get<Number>("high"));
  if (!reader.has("scaling")) return range;
  KENNEL_TRY(const auto name, reader.get<std::string>("scaling"));
  const auto scaling = tune::parse_scaling(name);
  if (!scaling) return reader.wrong("scaling", "is wrong: " + scaling.error().message);
  range.scaling = *scaling;
  return range;
}

base::Result<tune::Range> range_from(const Reader& reader, const std::string& type) {
  if (type == "continuous") return ends_from<tune::ContinuousRange, double>(reader);
  if (type == "integer") return ends_from<tune::IntegerRange, std::int64_t>(reader);
  if (type == "categorical") {
    KENNEL_TRY_VOID(reader.allow({"name", "type", "values"}));
    KENNEL_TRY(auto values, reader.get<std::vector<std::string>>("values"));
    return tune::CategoricalRange{std::move(values)};
  }
  return reader.wrong("type",
                      fmt::format("is \"{}\"; say continuous, integer or categorical", type));
}

json to_json(const tune::ContinuousRange& range) {
  return {{"type", "continuous"},
          {"low", range.low},
          {"high", range.high},
          {"scaling", to_name(range.scaling)}};
}
json to_json(const tune::IntegerRange& range) {
  return {{"type", "integer"},
          {"low", range.low},
          {"high", range.high},
          {"scaling", to_name(range.scaling)}};
}
json to_json(const tune::CategoricalRange& range) {
  return {{"type", "categorical"}, {"values", range.values}};
}

}  // namespace

base::Result<tune::Parameter> parse_range(const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto wrong = [&](const std::string& what) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("the range \"{}\" {}; {}", text, what, kHowTo));
  };
  if (equals == std::string::npos || equals == 0) return wrong("has no name");
  tune::Parameter parameter{.name = text.substr(0, equals)};
  std::ranges::replace(parameter.name, '-', '_');
  const std::string values = text.substr(equals + 1);
  if (values.empty()) return wrong("says nothing");
  const auto ends = split(values, ':');
  if (ends.size() == 1 || values.find(',') != std::string::npos) {
    parameter.range = tune::CategoricalRange{split(values, ',')};
    return parameter;
  }
  if (ends.size() > 3) return wrong("has too many parts");
  auto range = parse_ends(ends);
  if (!range) return wrong("is wrong: " + range.error().message);
  parameter.range = *std::move(range);
  return parameter;
}

base::Result<tune::Space> space_from(const json& document) {
  const auto found = document.is_object() ? document.find("parameters") : document.end();
  if (found == document.end() || !found->is_array()) {
    return base::fail(ErrorKind::kInvalid,
                      "a search space is an object with a list \"parameters\" in it");
  }
  tune::Space space;
  for (const json& one : *found) {
    const std::string place = fmt::format("parameters[{}]", space.size());
    if (!one.is_object()) return base::fail(ErrorKind::kInvalid, place + " is no object");
    const Reader reader(one, place);
    tune::Parameter parameter;
    KENNEL_TRY(parameter.name, reader.get<std::string>("name"));
    std::ranges::replace(parameter.name, '-', '_');
    KENNEL_TRY(const auto type, reader.get<std::string>("type"));
    KENNEL_TRY(parameter.range, range_from(reader, type));
    space.push_back(std::move(parameter));
  }
  KENNEL_TRY_VOID(tune::validate(space));
  return space;
}

json to_json(const tune::Space& space) {
  json parameters = json::array();
  for (const tune::Parameter& parameter : space) {
    json one = std::visit([](const auto& range) { return to_json(range); }, parameter.range);
    one["name"] = parameter.name;
    parameters.push_back(std::move(one));
  }
  return {{"parameters", parameters}};
}

}  // namespace kennel::trials
