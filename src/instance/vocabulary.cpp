#include "instance/vocabulary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "network/backbone.h"

namespace kennel::instance {
namespace {

constexpr std::uint64_t kCountMax = 1'000'000;
constexpr std::uint64_t kAnyMax = std::numeric_limits<std::uint64_t>::max();

bool is_positive(double value) { return value > 0; }
bool is_not_negative(double value) { return value >= 0; }
bool is_below_one(double value) { return value >= 0 && value < 1; }
bool is_share(double value) { return value > 0 && value <= 1; }

std::vector<std::string> backbone_names() {
  std::vector<std::string> names;
  for (const auto& backbone : network::all_backbones()) names.push_back(backbone.name);
  return names;
}

void read_optimizer(Choices& choices, const Given& given) {
  if (given.value == "rmsprop" || given.value == "nag") {
    return choices.refuse(given, "this optimizer is not available; set it to sgd, adam or adamw");
  }
  choices.choose_word("optimizer", given, {"sgd", "adam", "adamw"});
}

void read_layers(Choices& choices, const Given& given) {
  constexpr std::array<std::uint64_t, 6> kLayers{18, 34, 50, 101, 152, 200};
  const auto layers = parse_whole(given.value);
  if (layers && std::ranges::find(kLayers, *layers) != kLayers.end()) {
    return choices.choose("backbone", given, fmt::format("resnet{}", *layers));
  }
  choices.refuse(given, fmt::format("it must be one of {}", fmt::join(kLayers, ", ")));
}

void read_precision_dtype(Choices& choices, const Given& given) {
  if (given.value == "float32") return choices.choose("precision", given, "f32");
  choices.refuse(given, "it must be float32; for half precision set precision to bf16 instead");
}

void read_pretrained(Choices& choices, const Given& given) {
  if (parse_whole(given.value) == 1) return;
  choices.refuse(given, "training from scratch is not available; set it to 1");
}

void read_augmentation(Choices& choices, const Given& given) {
  choices.refuse(given,
                 "photos are not augmented here, as each goes through the backbone once; leave it "
                 "out");
}

void read_multi_label(Choices& choices, const Given& given) {
  if (parse_whole(given.value) == 0) return;
  choices.refuse(given, "a photo has one class here; set it to 0 or leave it out");
}

void read_weighted_loss(Choices& choices, const Given& given) {
  if (parse_whole(given.value) == 0) return;
  choices.refuse(given, "every photo counts the same here; set it to 0 or leave it out");
}

void read_top_k(Choices& choices, const Given& given) {
  if (parse_whole(given.value) == 5) return;
  choices.refuse(given, "top-1 and top-5 are reported; set it to 5 or leave it out");
}

void read_kv_store(Choices& choices, const Given& given) {
  choices.choose_word("kv_store", given, {"dist_sync", "dist_async"});
}

void read_tolerance(Choices& choices, const Given& given) {
  if (parse_real(given.value) == 0.0) return;
  choices.refuse(given, "any improvement counts here; set it to 0 or leave it out");
}

// A number whose value is looked at when the rest is known.
template <const char* kSetting>
void read_positive(Choices& choices, const Given& given) {
  choices.choose_real(kSetting, given, is_not_negative, "0 or more");
}

template <const char* kSetting, std::uint64_t kMin, std::uint64_t kMax>
void read_whole(Choices& choices, const Given& given) {
  choices.choose_whole(kSetting, given, kMin, kMax);
}

const std::map<std::string_view, Rule>& rules() {
  static const std::map<std::string_view, Rule> kRules{
      {"augmentation_type", read_augmentation},
      {"backbone",
       [](Choices& c, const Given& g) { c.choose_word("backbone", g, backbone_names()); }},
      {"batch_size", read_whole<kBatchSize, 1, kCountMax>},
      {"beta_1", read_positive<kBeta1>},
      {"beta_2", read_positive<kBeta2>},
      {"checkpoint_frequency", read_whole<kFrequency, 1, kCountMax>},
      {"dropout",
       [](Choices& c, const Given& g) {
         c.choose_real("dropout", g, is_below_one, "at least 0 and below 1");
       }},
      {"early_stopping", [](Choices& c, const Given& g) { c.choose_truth("early_stopping", g); }},
      {"early_stopping_min_epochs", read_whole<kStopEpochs, 0, kCountMax>},
      {"early_stopping_patience", read_whole<kStopPatience, 1, kCountMax>},
      {"early_stopping_tolerance", read_tolerance},
      {"epochs", read_whole<kEpochs, 1, kCountMax>},
      {"eps", read_positive<kEps>},
      {"fraction",
       [](Choices& c, const Given& g) {
         c.choose_real("fraction", g, is_share, "above 0 and at most 1");
       }},
      {"gamma", read_positive<kGamma>},
      {"hidden", read_whole<kHidden, 1, 65536>},
      {"image_shape", [](Choices& c, const Given& g) { c.choose("image_shape", g, g.value); }},
      {"kv_store", read_kv_store},
      {"label_smoothing",
       [](Choices& c, const Given& g) {
         c.choose_real("label_smoothing", g, is_below_one, "at least 0 and below 1");
       }},
      {"learning_rate",
       [](Choices& c, const Given& g) {
         c.choose_real("learning_rate", g, is_positive, "more than 0");
       }},
      {"lr_scheduler_factor", read_positive<kFactor>},
      {"lr_scheduler_step",
       [](Choices& c, const Given& g) { c.choose("lr_scheduler_step", g, g.value); }},
      {"mini_batch_size", read_whole<kBatchSize, 1, kCountMax>},
      {"momentum", read_positive<kMomentum>},
      {"multi_label", read_multi_label},
      {"num_classes", read_whole<kClasses, 2, kCountMax>},
      {"num_layers", read_layers},
      {"num_training_samples", read_whole<kSamples, 1, kAnyMax>},
      {"optimizer", read_optimizer},
      {"patience", read_whole<kPatience, 0, kCountMax>},
      {"precision",
       [](Choices& c, const Given& g) { c.choose_word("precision", g, {"auto", "f32", "bf16"}); }},
      {"precision_dtype", read_precision_dtype},
      {"resize", read_whole<kResize, 1, kCountMax>},
      {"schedule",
       [](Choices& c, const Given& g) { c.choose_word("schedule", g, {"constant", "cosine"}); }},
      {"seed", read_whole<kSeed, 0, kAnyMax>},
      {"top_k", read_top_k},
      {"use_pretrained_model", read_pretrained},
      {"use_weighted_loss", read_weighted_loss},
      {"weight_decay",
       [](Choices& c, const Given& g) {
         c.choose_real("weight_decay", g, is_not_negative, "0 or more");
       }},
  };
  return kRules;
}

}  // namespace

Rule find_rule(std::string_view name) {
  const auto found = rules().find(name);
  return found == rules().end() ? nullptr : found->second;
}

std::string known_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, rule] : rules()) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace kennel::instance
