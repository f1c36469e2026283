#include "apps/quantize_console.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace kennel::apps {
namespace {

using engine::Precision;
using nlohmann::json;

json speeds_json(const std::vector<Speed>& speeds) {
  json told = json::object();
  for (const auto& [precision, images] : speeds) {
    told[std::string(engine::to_name(precision))] = images;
  }
  return told;
}

json answers_json(const engine::AnswerCheck& check) {
  json told{{"photos", check.photos}, {"differing", check.differing}};
  if (check.labelled) {
    told["top1_f32"] = check.top1_before();
    told["top1_int8"] = check.top1_after();
  }
  return told;
}

std::string top1_text(const engine::AnswerCheck& check, Precision precision) {
  if (!check.labelled || precision == Precision::kBf16) return "";
  return fmt::format("{:.4f}",
                     precision == Precision::kF32 ? check.top1_before() : check.top1_after());
}

void print_speeds(const QuantizeStory& story) {
  const auto& check = story.outcome.check;
  fmt::print("precision  images/s   top-1  answers that differ from f32\n");
  for (const auto& [precision, images] : story.speeds) {
    const auto differing =
        precision == Precision::kInt8
            ? fmt::format("  {} ({:.1f} %)", check.differing, 100 * check.differing_share())
            : "";
    fmt::print("{:<9}  {:>8.0f}  {:>6}{}\n", engine::to_name(precision), images,
               top1_text(check, precision), differing);
  }
}

void print_layers(const QuantizeStory& story) {
  const auto& kept = story.outcome.quantization.kept;
  if (kept.empty()) {
    fmt::print("all {} layers compute in 8 bits\n", story.layers);
    return;
  }
  fmt::print("{} of {} layers stay in floating point: {}\n", kept.size(), story.layers,
             fmt::join(kept, ", "));
}

}  // namespace

double QuantizeStory::speed_of(Precision precision) const {
  const auto found = std::ranges::find(speeds, precision, &Speed::precision);
  return found == speeds.end() ? 0 : found->images_per_second;
}

bool QuantizeStory::is_faster() const {
  return std::ranges::max(speeds, {}, &Speed::images_per_second).precision == Precision::kInt8;
}

json check_json(const QuantizeStory& story) {
  json told = answers_json(story.outcome.check);
  told["held"] = story.outcome.is_good();
  told["images_per_second"] = speeds_json(story.speeds);
  return told;
}

json to_json(const QuantizeStory& story) {
  json told = check_json(story);
  told["calibration_photos"] = story.outcome.calibration_photos;
  told["layers"] = story.layers;
  told["kept"] = story.outcome.quantization.kept;
  told["all_in_8_bits"] = answers_json(story.outcome.all_in_8_bits);
  told["package"] = story.output ? json(story.output->string()) : json();
  json left_out = json::array();
  for (const auto& failure : story.outcome.failures) {
    left_out.push_back({{"path", failure.path.string()}, {"reason", failure.reason}});
  }
  told["left_out"] = left_out;
  return told;
}

void print_for_people(const QuantizeStory& story) {
  fmt::print("calibrated on {} {}, checked on {} {}\n\n", story.outcome.calibration_photos,
             story.chosen.calibration, story.outcome.check.photos, story.chosen.check);
  print_speeds(story);
  fmt::print("\n");
  print_layers(story);
  if (!story.is_faster()) {
    fmt::print("int8 is not the fastest here: --precision auto goes on without it\n");
  }
  if (story.output) fmt::print("{}\n", story.output->string());
}

}  // namespace kennel::apps
