// What `kennel quantize` tells, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "apps/quantize_photos.h"
#include "engine/precision.h"
#include "engine/quantize.h"

namespace kennel::apps {

struct Speed {
  engine::Precision precision = engine::Precision::kF32;
  double images_per_second = 0;
};

struct QuantizeStory {
  const ChosenPhotos& chosen;
  const engine::QuantizationOutcome& outcome;
  std::vector<Speed> speeds;         // int8 last
  std::size_t layers = 0;            // that could compute in 8 bits
  std::optional<base::Path> output;  // nullopt: int8 was refused

  [[nodiscard]] double speed_of(engine::Precision precision) const;  // 0 where not measured
  // Whether int8 is the fastest of all.
  [[nodiscard]] bool is_faster() const;
};

// For the package: how good the network is in 8 bits.
[[nodiscard]] nlohmann::json check_json(const QuantizeStory& story);
// The whole of --json.
[[nodiscard]] nlohmann::json to_json(const QuantizeStory& story);
void print_for_people(const QuantizeStory& story);

}  // namespace kennel::apps
