#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/environment.h"
#include "apps/evaluate.h"
#include "apps/interrupt.h"
#include "engine/classification.h"
#include "engine/evaluation.h"
#include "network/package.h"

namespace kennel::apps {
namespace {

using nlohmann::json;

struct Prediction {
  std::string label;
  float probability = 0;
};

std::vector<Prediction> top_predictions(const network::Package& package,
                                        const std::vector<float>& logits, int top) {
  const auto probabilities = engine::softmax(logits);
  std::vector<Prediction> predictions;
  for (const int index : engine::top_indices(probabilities, static_cast<std::size_t>(top))) {
    const auto at = static_cast<std::size_t>(index);
    predictions.push_back({package.classes[at], probabilities[at]});
  }
  return predictions;
}

json to_json(const base::Path& photo, const std::vector<Prediction>& predictions) {
  json list = json::array();
  for (const auto& [label, probability] : predictions) {
    list.push_back({{"label", label}, {"probability", probability}});
  }
  return {{"photo", photo.string()}, {"predictions", list}};
}

void print_for_people(const base::Path& photo, const std::vector<Prediction>& predictions) {
  fmt::print("{}\n", photo.string());
  for (const auto& [label, probability] : predictions) {
    fmt::print("  {:6.2f} %  {}\n", 100 * probability, label);
  }
}

void print_failure(const engine::PhotoFailure& failure, bool as_json) {
  fmt::print(stderr, "kennel: {}: {}\n", failure.path.string(), failure.reason);
  if (as_json) {
    const json line{{"photo", failure.path.string()}, {"error", failure.reason}};
    fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
  }
}

}  // namespace

base::Result<int> run_predict(const PredictCommand& command) {
  KENNEL_TRY(const auto package, network::read_package(command.package));
  KENNEL_TRY(const auto precision, engine::choose_precision(command.precision, package));
  KENNEL_TRY(const auto classified, engine::classify(package, command.photos,
                                                     {.precision = precision,
                                                      .threads = thread_count(command.threads),
                                                      .stop = &interrupt_flag()}));
  for (std::size_t index = 0; index < command.photos.size(); ++index) {
    if (classified.logits[index].empty()) continue;
    const auto predictions = top_predictions(package, classified.logits[index], command.top);
    if (command.output.json) {
      const json line = to_json(command.photos[index], predictions);
      fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
    } else {
      print_for_people(command.photos[index], predictions);
    }
  }
  for (const auto& failure : classified.failures) print_failure(failure, command.output.json);
  return classified.failures.empty() ? 0 : 1;
}

}  // namespace kennel::apps
