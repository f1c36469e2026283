// The options of `kennel serve`.
#pragma once

#include <CLI/App.hpp>

#include "apps/command_line.h"

namespace kennel::apps {

void add_serve(CLI::App& app, ServeCommand& command);

}  // namespace kennel::apps
