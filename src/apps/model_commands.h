// The options of the commands that run a packaged model, and those that all commands share.
#pragma once

#include <CLI/App.hpp>

#include "apps/command_line.h"

namespace kennel::apps {

void add_output(CLI::App& app, OutputOptions& output, bool with_quiet);
void add_threads(CLI::App& app, int& threads);

void add_evaluate(CLI::App& app, EvaluateCommand& command);
void add_predict(CLI::App& app, PredictCommand& command);
void add_quantize(CLI::App& app, QuantizeCommand& command);

}  // namespace kennel::apps
