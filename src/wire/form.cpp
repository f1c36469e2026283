#include "wire/form.h"

namespace kennel::wire {
namespace {

// A request has some hundreds at most; more would only cost memory.
constexpr std::size_t kFieldsMax = 20'000;

}  // namespace

Read<base::Fields> parse_form(std::string_view text, Plus plus) {
  base::Fields fields;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode_percent(pair.substr(0, equals), plus);
    auto value =
        decode_percent(equals == std::string_view::npos ? "" : pair.substr(equals + 1), plus);
    if (!name || !value) {
      return unreadable("the parameter '" + show(pair) + "' is not percent-encoded UTF-8");
    }
    if (fields.size() == kFieldsMax) {
      return unreadable("more than " + std::to_string(kFieldsMax) + " parameters");
    }
    fields.push_back({*std::move(name), *std::move(value)});
  }
  return fields;
}

Target split_target(std::string_view target) {
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return {target, ""};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace kennel::wire
