// Instance types: what AWS says a machine of that name has, and what an hour of it costs. Here a
// type is a label and a share: a job gets what this machine has, up to that much.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kennel::catalogue {

struct InstanceType {
  std::string_view name;  // "ml.m5.2xlarge"; EC2's own, without "ml.", cost less
  int vcpus = 0;
  double memory_gib = 0;
  int gpus = 0;
  std::string_view gpu = {};                // "K80"; empty: none
  std::optional<double> usd_per_hour = {};  // in us-east-1, on demand
  std::string_view price_source = {};
};

// Every type that has a row here, SageMaker's first.
[[nodiscard]] std::span<const InstanceType> instance_types();
[[nodiscard]] std::optional<InstanceType> find_instance_type(std::string_view name);

// What the type's name alone tells, for types without a row: vCPUs and memory by its family and
// size. nullopt: the name tells nothing.
[[nodiscard]] std::optional<InstanceType> guess_instance_type(std::string_view name);

// What `count` instances for so long cost in US dollars; nullopt: no price is known.
[[nodiscard]] std::optional<double> cost_usd(std::string_view type, std::int64_t count,
                                             std::chrono::seconds billed);

}  // namespace kennel::catalogue
