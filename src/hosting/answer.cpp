#include "hosting/answer.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/number.h"
#include "hosting/invocation.h"
#include "http/parameters.h"

namespace kennel::hosting {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double kProbabilitySteps = 1e6;

std::string dump(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json predictions_json(const std::vector<Prediction>& predictions) {
  ordered_json list = ordered_json::array();
  for (const auto& [label, probability] : predictions) {
    const double rounded = std::round(probability * kProbabilitySteps) / kProbabilitySteps;
    list.push_back({{"label", label}, {"probability", rounded}});
  }
  return list;
}

bool takes_json(std::string_view range) {
  return range == "*/*" || range == "application/*" || range == "application/json";
}

Outcome<AnswerWish> read_wish(const http::ParameterizedValue& range) {
  AnswerWish wish;
  if (const auto form = range.find("format")) {
    wish.form = parse_answer_form(*form);
    if (!wish.form) {
      return refuse(400, "BadAccept",
                    fmt::format("there is no answer in the format \"{}\"; say format=logits or "
                                "format=labelled",
                                *form));
    }
  }
  if (const auto text = range.find("top")) {
    wish.top = base::parse_number<int>(*text);
    if (!wish.top || *wish.top < 1 || *wish.top > kTopMax) {
      return refuse(400, "BadAccept",
                    fmt::format("top={} is no number from 1 to {}", *text, kTopMax));
    }
  }
  return wish;
}

}  // namespace

std::string to_json(const Refusal& refusal) {
  return dump({{"error", refusal.code}, {"message", refusal.message}});
}

std::optional<AnswerForm> parse_answer_form(std::string_view name) {
  if (name == "labelled") return AnswerForm::kLabelled;
  if (name == "logits") return AnswerForm::kLogits;
  return std::nullopt;
}

Outcome<AnswerWish> parse_accept(std::string_view accept) {
  if (accept.empty()) return AnswerWish{};
  while (!accept.empty()) {
    const std::size_t comma = std::min(accept.find(','), accept.size());
    const auto range = http::parse_parameterized(accept.substr(0, comma));
    if (range && takes_json(range->word)) return read_wish(*range);
    accept.remove_prefix(std::min(comma + 1, accept.size()));
  }
  return refuse(406, "NotAcceptable", "answers are application/json: accept that, or */*");
}

std::string to_json(const LabelledAnswer& answer) {
  ordered_json predictions = ordered_json::array();
  for (const auto& photo : answer.photos) predictions.push_back(predictions_json(photo));
  if (!answer.several) predictions = ordered_json(predictions.at(0));
  return dump({{"predictions", std::move(predictions)},
               {"model", answer.model},
               {"latency_ms", std::round(answer.latency_ms * 1000) / 1000}});
}

std::string logits_json(std::span<const std::vector<float>> rows) {
  std::string text = "[";
  for (const auto& row : rows) {
    text += text.size() > 1 ? ", [" : "[";
    for (std::size_t place = 0; place < row.size(); ++place) {
      text += place > 0 ? ", " : "";
      // JSON knows no infinity.
      text += std::isfinite(row[place]) ? fmt::format("{}", row[place]) : "null";
    }
    text += "]";
  }
  return text + "]";
}

}  // namespace kennel::hosting
