#include "instance/hyperparameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "instance/vocabulary.h"
#include "network/backbone.h"

namespace kennel::instance {
namespace {

constexpr const char* kFallback = "efficientnet-lite0";

// Tuners quote values as JSON strings.
std::string unquoted(const std::string& value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  const auto text = nlohmann::json::parse(value, nullptr, false);
  return text.is_string() ? text.get<std::string>() : value;
}

bool is_nobodys(std::string_view name) {
  return name == "_tuning_objective_metric" || name.starts_with("sagemaker_");
}

Choices read_all(const Hyperparameters& given) {
  Choices choices;
  for (const auto& [name, value] : given) {
    if (is_nobodys(name)) continue;
    std::string plain = name;
    std::ranges::replace(plain, '-', '_');
    const Given one{name, unquoted(value)};
    const Rule rule = find_rule(plain);
    if (rule == nullptr) {
      choices.refuse(one,
                     fmt::format("there is no such hyperparameter; there are {}", known_names()));
    } else {
      rule(choices, one);
    }
  }
  return choices;
}

// What an optimizer is made of is fixed: other values would change something, and can't.
void check_fixed(Choices& choices, std::string_view setting, double value, bool matters) {
  const Given* given = choices.find(setting);
  if (given == nullptr || !matters || parse_real(given->value) == value) return;
  choices.refuse(*given,
                 fmt::format("it is always {:g} here; set it to that or leave it out", value));
}

void check_optimizer(Choices& choices) {
  const bool is_sgd = choices.word("optimizer", "adamw") == "sgd";
  check_fixed(choices, kMomentum, 0.9, is_sgd);
  check_fixed(choices, kBeta1, 0.9, !is_sgd);
  check_fixed(choices, kBeta2, 0.999, !is_sgd);
  check_fixed(choices, kEps, 1e-8, !is_sgd);
}

void check_steps(Choices& choices) {
  const Given* steps = choices.find("lr_scheduler_step");
  if (steps == nullptr || choices.real(kFactor, 0.1) == 1.0) return;
  choices.refuse(*steps,
                 "a learning rate that falls in steps is not available; leave it out and set "
                 "schedule to cosine or constant");
}

void read_early_stopping(Choices& choices) {
  const Given* given = choices.find("early_stopping");
  if (given == nullptr) return;
  const Given stopping = *given;
  if (!choices.truth("early_stopping")) return choices.choose(kPatience, stopping, "0");
  const auto patience = choices.whole(kStopPatience, 5);
  const Given* named = choices.find(kStopPatience);
  choices.choose(kPatience, named != nullptr ? Given(*named) : stopping, std::to_string(patience));
  const Given* epochs = choices.find(kStopEpochs);
  if (epochs != nullptr && choices.whole(kStopEpochs, 0) > patience) {
    choices.refuse(*epochs, fmt::format("training may end early after early_stopping_patience "
                                        "({}) epochs here; set it to at most that or leave it out",
                                        patience));
  }
}

void check_shape(Choices& choices, const network::Backbone& backbone) {
  if (const Given* shape = choices.find("image_shape")) {
    std::string plain = shape->value;
    std::erase(plain, ' ');
    const int crop = backbone.transform.crop;
    if (plain != fmt::format("3,{0},{0}", crop)) {
      choices.refuse(*shape, fmt::format("{} takes photos of 3,{},{}; set it to that or leave it "
                                         "out, photos of any size are taken",
                                         backbone.name, crop, crop));
    }
  }
  const Given* resize = choices.find(kResize);
  const auto shorter = static_cast<std::uint64_t>(backbone.transform.resize_shorter);
  if (resize != nullptr && choices.whole(kResize, 0) != shorter) {
    choices.refuse(*resize, fmt::format("photos are resized to {} for {}; leave it out", shorter,
                                        backbone.name));
  }
}

// num_layers asks for a network that may not be here; `backbone` means what it says.
std::string find_backbone(const Choices& choices, JobSettings& settings,
                          const std::function<bool(const std::string&)>& has_weights) {
  std::string chosen = choices.word("backbone", kFallback);
  const Given* given = choices.find("backbone");
  if (given == nullptr || given->name.starts_with("backbone")) return chosen;
  if (network::get_backbone(chosen) && has_weights(chosen)) return chosen;
  settings.notes.push_back(fmt::format(
      "num_layers={}: the pretrained weights of {} are not on this machine; the backbone is {}",
      given->value, chosen, kFallback));
  return kFallback;
}

void fill_in(JobSettings& settings, const Choices& choices) {
  train::HeadOptions& head = settings.head;
  const auto count = [&](std::string_view setting, int otherwise) {
    return static_cast<int>(choices.whole(setting, static_cast<std::uint64_t>(otherwise)));
  };
  head.hidden = count(kHidden, head.hidden);
  head.epochs = count(kEpochs, head.epochs);
  head.batch_size = count(kBatchSize, head.batch_size);
  head.patience = count(kPatience, head.patience);
  head.learning_rate = choices.real("learning_rate", head.learning_rate);
  head.weight_decay = choices.real("weight_decay", head.weight_decay);
  head.label_smoothing = choices.real("label_smoothing", head.label_smoothing);
  head.dropout = choices.real("dropout", head.dropout);
  head.seed = choices.whole(kSeed, head.seed);
  head.optimizer = train::parse_optimizer(choices.word("optimizer", "adamw")).value();
  head.schedule = train::parse_schedule(choices.word("schedule", "cosine")).value();
  settings.precision = choices.word("precision", settings.precision);
  settings.fraction = choices.real("fraction", settings.fraction);
  if (choices.find(kClasses) != nullptr) settings.num_classes = choices.whole(kClasses, 0);
  if (choices.find(kSamples) != nullptr) settings.num_training_samples = choices.whole(kSamples, 0);
}

}  // namespace

base::Result<JobSettings> read_hyperparameters(
    const Hyperparameters& given, const std::function<bool(const std::string&)>& has_weights) {
  Choices choices = read_all(given);
  JobSettings settings;
  settings.backbone = find_backbone(choices, settings, has_weights);
  check_optimizer(choices);
  check_steps(choices);
  read_early_stopping(choices);
  if (const auto backbone = network::get_backbone(settings.backbone)) {
    check_shape(choices, **backbone);
  }
  const auto& mistakes = choices.mistakes();
  if (!mistakes.empty()) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("{} hyperparameter{} cannot be used: {}", mistakes.size(),
                                  mistakes.size() == 1 ? "" : "s", fmt::join(mistakes, "; ")));
  }
  fill_in(settings, choices);
  KENNEL_TRY_VOID(train::validate(settings.head));
  return settings;
}

}  // namespace kennel::instance
