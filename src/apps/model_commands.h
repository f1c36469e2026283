// The options of the commands that run a packaged model. For command_line.cpp only.
#pragma once

#include "apps/command_options.h"

namespace kennel::apps {

void add_evaluate(CLI::App& app, EvaluateCommand& command);
void add_predict(CLI::App& app, PredictCommand& command);
void add_quantize(CLI::App& app, QuantizeCommand& command);
void add_serve(CLI::App& app, ServeCommand& command);

}  // namespace kennel::apps
