// What a strategy finds on functions whose lowest value is known: the best after each trial, a line
// of JSON for each seed. bench/search_quality.py plays the same functions with other libraries.
//
//   search_regret FUNCTION STRATEGY TRIALS SEED...
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

#include "tune/search.h"

namespace {

using kennel::tune::CategoricalRange;
using kennel::tune::Configuration;
using kennel::tune::ContinuousRange;
using kennel::tune::IntegerRange;
using kennel::tune::parse_strategy;
using kennel::tune::propose;
using kennel::tune::Scaling;
using kennel::tune::Search;
using kennel::tune::Space;
using kennel::tune::Trials;
using kennel::tune::TrialState;
using kennel::tune::Value;

struct Problem {
  Space space;
  std::function<double(const Configuration&)> loss;
};

double number(const Value& value) { return std::get<double>(value); }

double branin(const Configuration& at) {
  constexpr double kPi = std::numbers::pi;
  const double x = number(at[0]);
  const double bow = number(at[1]) - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6;
  return bow * bow + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10;
}

double rosenbrock(const Configuration& at) {
  double sum = 0;
  for (std::size_t place = 0; place + 1 < at.size(); ++place) {
    const double x = number(at[place]);
    const double rise = number(at[place + 1]) - x * x;
    sum += 100 * rise * rise + (1 - x) * (1 - x);
  }
  return sum;
}

double hartmann6(const Configuration& at) {
  constexpr double kAlpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double kA[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                               {0.05, 10, 17, 0.1, 8, 14},
                               {3, 3.5, 1.7, 10, 17, 8},
                               {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double kP[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                               {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                               {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                               {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0;
  for (int row = 0; row < 4; ++row) {
    double away = 0;
    for (int place = 0; place < 6; ++place) {
      const double difference = number(at[static_cast<std::size_t>(place)]) - kP[row][place];
      away += kA[row][place] * difference * difference;
    }
    sum -= kAlpha[row] * std::exp(-away);
  }
  return sum;
}

// As a training might have it: each optimizer has another best learning rate.
double mixed(const Configuration& at) {
  static const std::map<std::string, int> kKinds{{"a", 0}, {"b", 1}, {"c", 2}, {"d", 3}};
  const int kind = kKinds.at(std::get<std::string>(at[0]));
  const double rate = std::log10(number(at[1])) + 1 + 0.9 * kind;
  const double size = std::log2(static_cast<double>(std::get<std::int64_t>(at[2]))) - 5 + kind;
  const double dropout = number(at[3]) - 0.1 - 0.15 * kind;
  constexpr double kOffsets[4] = {0.6, 0.3, 0, 0.45};
  return kOffsets[kind] + rate * rate + 0.15 * size * size + 4 * dropout * dropout;
}

Space cube(std::size_t dimensions, double low, double high) {
  Space space;
  for (std::size_t place = 0; place < dimensions; ++place) {
    space.push_back({fmt::format("x{}", place), ContinuousRange{low, high, Scaling::kLinear}});
  }
  return space;
}

const std::map<std::string, Problem> kProblems{
    {"branin", {{{"x0", ContinuousRange{-5, 10}}, {"x1", ContinuousRange{0, 15}}}, branin}},
    {"hartmann6", {cube(6, 0, 1), hartmann6}},
    {"rosenbrock", {cube(4, -2, 2), rosenbrock}},
    {"mixed",
     {{{"kind", CategoricalRange{{"a", "b", "c", "d"}}},
       {"rate", ContinuousRange{1e-5, 1, Scaling::kLogarithmic}},
       {"size", IntegerRange{8, 256, Scaling::kLogarithmic}},
       {"dropout", ContinuousRange{0, 0.8}}},
      mixed}}};

nlohmann::json play(const Problem& problem, const Search& search) {
  nlohmann::json best = nlohmann::json::array();
  double lowest = std::numeric_limits<double>::infinity();
  double slowest = 0;
  Trials trials;
  while (static_cast<int>(trials.size()) < search.trials_max) {
    const auto begin = std::chrono::steady_clock::now();
    const auto proposals = propose(search, trials, 1);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    slowest = std::max(slowest, took.count());
    const double loss = problem.loss(proposals[0].configuration);
    lowest = std::min(lowest, loss);
    best.push_back(lowest);
    trials.push_back({.configuration = proposals[0].configuration,
                      .state = TrialState::kCompleted,
                      .epochs = 1,
                      .losses = {loss}});
  }
  return {{"seed", search.seed}, {"best", best}, {"slowest_ms", slowest}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5 || !kProblems.contains(argv[1]) || !parse_strategy(argv[2])) {
    fmt::print(stderr, "search_regret branin|hartmann6|rosenbrock|mixed STRATEGY TRIALS SEED...\n");
    return 2;
  }
  const Problem& problem = kProblems.at(argv[1]);
  for (int place = 4; place < argc; ++place) {
    const Search search{.space = problem.space,
                        .strategy = *parse_strategy(argv[2]),
                        .trials_max = std::atoi(argv[3]),
                        .epochs = 1,
                        .seed = std::strtoull(argv[place], nullptr, 10)};
    fmt::print("{}\n", play(problem, search).dump());
  }
}
