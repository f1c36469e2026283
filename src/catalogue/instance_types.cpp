#include "catalogue/instance_types.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace kennel::catalogue {
namespace {

// us-east-1, on demand, as the story that kennel tells was published with; it bears no date.
constexpr std::string_view kQuoted = "quoted by the dog-breed story, undated";

constexpr std::array kTypes{
    InstanceType{"ml.t2.medium", 2, 4},
    InstanceType{"ml.t3.medium", 2, 4},
    InstanceType{"ml.m5.large", 2, 8, 0, "", 0.115, kQuoted},
    InstanceType{"ml.m5.xlarge", 4, 16, 0, "", 0.23, kQuoted},
    InstanceType{"ml.m5.2xlarge", 8, 32, 0, "", 0.461, kQuoted},
    InstanceType{"ml.m5.4xlarge", 16, 64, 0, "", 0.922, kQuoted},
    InstanceType{"ml.c4.4xlarge", 16, 30, 0, "", 0.955, kQuoted},
    InstanceType{"ml.p2.xlarge", 4, 61, 1, "K80", 1.125, kQuoted},
    InstanceType{"ml.p3.2xlarge", 8, 61, 1, "V100", 3.825, kQuoted},
    InstanceType{"ml.g4dn.xlarge", 4, 16, 1, "T4"},
    InstanceType{"ml.g4dn.12xlarge", 48, 192, 4, "T4", 4.89, kQuoted},
    InstanceType{"m5.xlarge", 4, 16, 0, "", 0.192, kQuoted},
    InstanceType{"g4dn.xlarge", 4, 16, 1, "T4", 0.526, kQuoted},
};

struct Family {
  std::string_view letters;
  double gib_per_vcpu;
};
constexpr std::array kFamilies{Family{"t", 2},   Family{"m", 4},  Family{"c", 2},
                               Family{"r", 8},   Family{"g", 4},  Family{"p", 7.5},
                               Family{"inf", 2}, Family{"trn", 4}};

std::optional<int> vcpus_of(std::string_view size) {
  if (size == "medium" || size == "large") return 2;
  const std::size_t word = size.find("xlarge");
  if (word == std::string_view::npos || word + 6 != size.size()) return std::nullopt;
  if (word == 0) return 4;
  const std::string_view digits = size.substr(0, word);
  int times = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), times);
  const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  if (!whole || times < 1) return std::nullopt;
  return 4 * times;
}

}  // namespace

std::span<const InstanceType> instance_types() { return kTypes; }

std::optional<InstanceType> find_instance_type(std::string_view name) {
  const auto* found = std::ranges::find(kTypes, name, &InstanceType::name);
  if (found == kTypes.end()) return std::nullopt;
  return *found;
}

std::optional<InstanceType> guess_instance_type(std::string_view name) {
  std::string_view rest = name.starts_with("ml.") ? name.substr(3) : name;
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto vcpus = vcpus_of(rest.substr(dot + 1));
  const std::string_view letters = rest.substr(0, rest.find_first_of("0123456789"));
  const auto* family = std::ranges::find(kFamilies, letters, &Family::letters);
  if (!vcpus || family == kFamilies.end()) return std::nullopt;
  return InstanceType{name, *vcpus, *vcpus * family->gib_per_vcpu};
}

std::optional<double> cost_usd(std::string_view type, std::int64_t count,
                               std::chrono::seconds billed) {
  const auto found = find_instance_type(type);
  if (!found || !found->usd_per_hour) return std::nullopt;
  return *found->usd_per_hour * static_cast<double>(count) * static_cast<double>(billed.count()) /
         3600.0;
}

}  // namespace kennel::catalogue
