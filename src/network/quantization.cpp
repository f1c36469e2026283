#include "network/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "network/fold.h"
#include "network/legible.h"

namespace kennel::network {
namespace {

using nlohmann::json;

// Far beyond what a network computes, and far from where floats end.
constexpr double kMagnitudeMax = 1e30;
constexpr double kWidthMin = 1e-30;

std::string value_name(const Convolution& op, const std::string&) { return op.name; }
std::string value_name(const BatchNorm& op, const std::string&) { return op.name; }
std::string value_name(const Relu&, const std::string& input) { return input + ".relu"; }
std::string value_name(const Relu6&, const std::string& input) { return input + ".relu6"; }
std::string value_name(const MaxPool&, const std::string& input) { return input + ".maxpool"; }
std::string value_name(const Add&, const std::string& input) { return input + ".add"; }
std::string value_name(const GlobalAveragePool&, const std::string& input) {
  return input + ".mean";
}

std::string name_of(const std::vector<std::string>& names, int value) {
  return value == kImage ? kImageValue : names[static_cast<std::size_t>(value)];
}

base::Error invalid(const std::string& what) {
  return {base::ErrorKind::kCorrupt,
          fmt::format("its kennel.json has no valid \"quantization\": {}", what)};
}

bool is_range(const json& value) {
  const auto is_number = [](const json& side) {
    return side.is_number() && std::abs(side.get<double>()) <= kMagnitudeMax;
  };
  if (!value.is_array() || value.size() != 2 || !is_number(value[0]) || !is_number(value[1])) {
    return false;
  }
  const auto low = value[0].get<double>();
  const auto high = value[1].get<double>();
  return low <= 0 && high >= 0 && high - low >= kWidthMin;
}

base::Result<std::map<std::string, ValueRange>> parse_activations(const json& value,
                                                                  const Backbone& folded) {
  const auto found = value.find("activations");
  if (found == value.end() || !found->is_object()) {
    return tl::unexpected(invalid("activations"));
  }
  auto names = value_names(folded);
  names.emplace_back(kImageValue);
  const std::set<std::string> known(names.begin(), names.end());
  std::map<std::string, ValueRange> ranges;
  for (const auto& [name, range] : found->items()) {
    if (!known.contains(name)) {
      return tl::unexpected(
          invalid(fmt::format("activations: {} has no value {}", folded.name, legible(name))));
    }
    if (!is_range(range)) {
      return tl::unexpected(invalid(fmt::format("activations: the range of {}", name)));
    }
    ranges[name] = {range[0].get<float>(), range[1].get<float>()};
  }
  return ranges;
}

base::Result<std::set<std::string>> parse_kept(const json& value, const Backbone& folded) {
  const auto found = value.find("kept");
  if (found == value.end() || !found->is_array()) return tl::unexpected(invalid("kept"));
  std::set<std::string> known;
  for (const auto& step : quantizable_steps(folded)) known.insert(step.name);
  std::set<std::string> kept;
  for (const auto& name : *found) {
    if (!name.is_string() || !known.contains(name.get_ref<const std::string&>())) {
      return tl::unexpected(
          invalid(fmt::format("kept: {} has no layer {}", folded.name, legible(name.dump()))));
    }
    kept.insert(name.get<std::string>());
  }
  return kept;
}

json object_or_empty(const json& value, const char* field) {
  const auto found = value.find(field);
  return found != value.end() && found->is_object() ? *found : json::object();
}

}  // namespace

std::vector<std::string> value_names(const Backbone& folded) {
  std::vector<std::string> names;
  for (const Step& step : folded.steps) {
    const auto input = name_of(names, step.input);
    names.push_back(
        std::visit([&](const auto& op) { return value_name(op, input); }, step.operation));
  }
  return names;
}

std::vector<QuantizableStep> quantizable_steps(const Backbone& folded) {
  const auto names = value_names(folded);
  std::vector<QuantizableStep> found;
  for (std::size_t at = 0; at < names.size(); ++at) {
    const Step& step = folded.steps[at];
    const auto input = name_of(names, step.input);
    if (std::holds_alternative<Convolution>(step.operation)) found.push_back({names[at], {input}});
    if (const auto* add = std::get_if<Add>(&step.operation)) {
      found.push_back({names[at], {input, name_of(names, add->other)}});
    }
  }
  return found;
}

std::vector<std::string> values_to_quantize(const Backbone& folded,
                                            const std::set<std::string>& kept) {
  std::vector<std::string> values;
  for (const auto& step : quantizable_steps(folded)) {
    if (kept.contains(step.name)) continue;
    for (const auto& value : step.values) {
      if (std::ranges::find(values, value) == values.end()) values.push_back(value);
    }
  }
  return values;
}

json to_json(const Quantization& quantization) {
  json activations = json::object();
  for (const auto& [name, range] : quantization.activations) {
    activations[name] = {range.low, range.high};
  }
  return {{"activations", activations},
          {"kept", quantization.kept},
          {"preferred", quantization.preferred},
          {"calibration", quantization.calibration},
          {"check", quantization.check}};
}

base::Result<Quantization> parse_quantization(const json& value, const Backbone& backbone) {
  if (!value.is_object()) return tl::unexpected(invalid("it is no object"));
  const Backbone folded = without_norms(backbone);
  Quantization quantization;
  KENNEL_TRY(quantization.activations, parse_activations(value, folded));
  KENNEL_TRY(quantization.kept, parse_kept(value, folded));
  for (const auto& name : values_to_quantize(folded, quantization.kept)) {
    if (!quantization.activations.contains(name)) {
      return tl::unexpected(invalid(fmt::format("activations: there is none for {}", name)));
    }
  }
  quantization.preferred = value.value("preferred", json(false)) == json(true);
  quantization.calibration = object_or_empty(value, "calibration");
  quantization.check = object_or_empty(value, "check");
  return quantization;
}

}  // namespace kennel::network
