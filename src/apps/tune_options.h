// What people say of a search, as it takes it.
#pragma once

#include <string>

#include "apps/command_line.h"
#include "train/head_trainer.h"
#include "trials/search_loop.h"

namespace kennel::apps {

// The space from --space and --range, or what a training tunes by itself; earlier searches mapped
// onto it. kInvalid, kNotFound, naming the option.
[[nodiscard]] base::Result<trials::SearchOptions> search_options(const TuneCommand& command);

// The `kennel train` that has the same outcome.
[[nodiscard]] std::string train_command(const TrainCommand& command,
                                        const train::HeadOptions& head);

}  // namespace kennel::apps
