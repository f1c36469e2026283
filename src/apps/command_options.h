// The options of commands that have many, or share some. For command_line.cpp only.
#pragma once

#include <CLI/App.hpp>

#include "apps/command_line.h"

namespace kennel::apps {

void add_output(CLI::App& app, OutputOptions& output, bool with_quiet);
void add_threads(CLI::App& app, int& threads);
// What `kennel tune` has besides a training's options, but for those of a command.
void add_search(CLI::App& app, TuneCommand& command);
void add_load(CLI::App& app, LoadCommand& command);

}  // namespace kennel::apps
