// Every hyperparameter that is known, with what is done about it.
#pragma once

#include <string>
#include <string_view>

#include "instance/choices.h"

namespace kennel::instance {

// Settings that are looked at when all are read.
inline constexpr char kMomentum[] = "momentum";
inline constexpr char kBeta1[] = "beta_1";
inline constexpr char kBeta2[] = "beta_2";
inline constexpr char kEps[] = "eps";
inline constexpr char kGamma[] = "gamma";
inline constexpr char kFactor[] = "lr_scheduler_factor";
inline constexpr char kEpochs[] = "epochs";
inline constexpr char kBatchSize[] = "batch_size";
inline constexpr char kHidden[] = "hidden";
inline constexpr char kPatience[] = "patience";
inline constexpr char kSeed[] = "seed";
inline constexpr char kClasses[] = "num_classes";
inline constexpr char kSamples[] = "num_training_samples";
inline constexpr char kFrequency[] = "checkpoint_frequency";
inline constexpr char kStopPatience[] = "early_stopping_patience";
inline constexpr char kStopEpochs[] = "early_stopping_min_epochs";
inline constexpr char kResize[] = "resize";

// Chooses what the hyperparameter says, or refuses it with a reason.
using Rule = void (*)(Choices&, const Given&);

// Names with underscores; nullptr for one that is not known.
[[nodiscard]] Rule find_rule(std::string_view name);

// All of them, for people.
[[nodiscard]] std::string known_names();

}  // namespace kennel::instance
