#include "instance/choices.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/field.h"

namespace kennel::instance {
namespace {

constexpr double kWholeRealMax = 9007199254740992.0;  // 2^53: up to here reals are exact
constexpr std::size_t kShownMax = 80;

// On one line, and not too long.
std::string legible(std::string text) {
  if (text.size() > kShownMax) text = text.substr(0, kShownMax).append("...");
  std::ranges::replace_if(text, [](unsigned char letter) { return letter < 0x20; }, ' ');
  return text;
}

}  // namespace

std::optional<double> parse_real(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  const auto real = parse_real(text);
  if (!real || *real < 0 || *real > kWholeRealMax || *real != std::floor(*real)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*real);
}

void Choices::refuse(const Given& given, std::string_view reason) {
  mistakes_.push_back(fmt::format("{}={}: {}", legible(given.name), legible(given.value), reason));
}

void Choices::choose(std::string_view setting, const Given& given, std::string value) {
  const auto other = choices_.find(setting);
  if (other == choices_.end()) {
    choices_.emplace(setting, Choice{given, std::move(value)});
  } else if (other->second.value != value) {
    const Given& first = other->second.given;
    refuse(given, fmt::format("says something else than {}={}; give one of them", first.name,
                              first.value));
  }
}

void Choices::choose_whole(std::string_view setting, const Given& given, std::uint64_t min,
                           std::uint64_t max) {
  const auto value = parse_whole(given.value);
  if (value && *value >= min && *value <= max) {
    return choose(setting, given, std::to_string(*value));
  }
  refuse(given, max == std::numeric_limits<std::uint64_t>::max()
                    ? fmt::format("it must be a whole number of at least {}", min)
                    : fmt::format("it must be a whole number from {} to {}", min, max));
}

void Choices::choose_real(std::string_view setting, const Given& given, bool (*allows)(double),
                          std::string_view allowed) {
  const auto value = parse_real(given.value);
  if (value && allows(*value)) return choose(setting, given, fmt::format("{}", *value));
  refuse(given, fmt::format("it must be a number, {}", allowed));
}

void Choices::choose_word(std::string_view setting, const Given& given,
                          const std::vector<std::string>& allowed) {
  if (std::ranges::find(allowed, given.value) != allowed.end()) {
    return choose(setting, given, given.value);
  }
  refuse(given, fmt::format("it must be one of {}", fmt::join(allowed, ", ")));
}

void Choices::choose_truth(std::string_view setting, const Given& given) {
  const std::string lower = base::to_lower(given.value);
  if (lower == "1" || lower == "true") return choose(setting, given, "1");
  if (lower == "0" || lower == "false") return choose(setting, given, "0");
  refuse(given, "it must be 0 or 1");
}

const Given* Choices::find(std::string_view setting) const {
  const auto found = choices_.find(setting);
  return found == choices_.end() ? nullptr : &found->second.given;
}

std::string Choices::word(std::string_view setting, std::string_view otherwise) const {
  const auto found = choices_.find(setting);
  return found == choices_.end() ? std::string(otherwise) : found->second.value;
}

std::uint64_t Choices::whole(std::string_view setting, std::uint64_t otherwise) const {
  const auto found = choices_.find(setting);
  return found == choices_.end() ? otherwise : parse_whole(found->second.value).value_or(otherwise);
}

double Choices::real(std::string_view setting, double otherwise) const {
  const auto found = choices_.find(setting);
  return found == choices_.end() ? otherwise : parse_real(found->second.value).value_or(otherwise);
}

bool Choices::truth(std::string_view setting) const { return word(setting, "0") == "1"; }

}  // namespace kennel::instance
