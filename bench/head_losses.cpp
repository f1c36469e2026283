// The objective of `kennel tune`, one setting after the other, for other libraries to search: reads
// a line of JSON with a value for each parameter that is tuned by itself, and answers with a line
// that has the lowest valid loss of its epochs (null for a training that failed).
//
//   kennel_head_losses DATA SEED FOLDER
//
// FOLDER is for checkpoints of the training under way.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "apps/head_trials.h"
#include "apps/train_console.h"
#include "apps/train_options.h"
#include "tune/warm_start.h"

namespace {

using kennel::base::Result;
using nlohmann::json;

Result<kennel::tune::Configuration> read_configuration(const kennel::tune::Space& space,
                                                       const json& values) {
  kennel::tune::Configuration configuration;
  for (const kennel::tune::Parameter& parameter : space) {
    const auto value =
        kennel::tune::parse_value(parameter.range, values.value(parameter.name, json()).dump());
    if (!value) {
      return kennel::base::fail(
          kennel::base::ErrorKind::kInvalid,
          fmt::format("{} has no value in its range: {}", parameter.name, values.dump()));
    }
    configuration.push_back(*value);
  }
  return configuration;
}

json lowest_loss(kennel::apps::HeadTrials& trials, const kennel::tune::Space& space,
                 kennel::tune::Configuration configuration, int epochs) {
  const std::atomic<bool> never{false};
  double lowest = std::numeric_limits<double>::infinity();
  const auto returned = trials.run({1, space, std::move(configuration), 0, epochs, never},
                                   [&](int, double loss) { lowest = std::min(lowest, loss); });
  return returned.how == kennel::trials::Return::kDone ? json(lowest) : json();
}

Result<void> answer_lines(const kennel::base::Path& data, std::uint64_t seed,
                          const kennel::base::Path& folder) {
  kennel::apps::TrainCommand command{.data = data, .seed = seed};
  command.output.quiet = true;
  KENNEL_TRY(auto options, kennel::apps::run_options(command, ""));
  options.folder = folder;
  const kennel::base::SystemClock clock;
  kennel::base::PosixDisk disk;
  const auto console = kennel::apps::make_train_console(command.output, clock);
  kennel::train::RunSeconds seconds;
  KENNEL_TRY(const auto prepared, kennel::train::prepare(options, *console, seconds, disk, clock));
  kennel::apps::HeadTrials trials(options, prepared, "valid loss", disk, clock);
  const auto space = kennel::apps::default_space();
  for (std::string line; std::getline(std::cin, line);) {
    KENNEL_TRY(auto configuration, read_configuration(space, json::parse(line)));
    std::cout << lowest_loss(trials, space, std::move(configuration), options.head.epochs).dump()
              << std::endl;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "kennel_head_losses DATA SEED FOLDER\n");
    return 2;
  }
  const auto answered = answer_lines(argv[1], std::strtoull(argv[2], nullptr, 10), argv[3]);
  if (answered) return 0;
  fmt::print(stderr, "head_losses: {}\n", answered.error().message);
  return 1;
}
