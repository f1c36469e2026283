// A header or form field: a name and a value, as they came over the wire.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kennel::base {

struct Field {
  std::string name;
  std::string value;

  bool operator==(const Field&) const = default;
};

using Fields = std::vector<Field>;

// ASCII only, as HTTP's field names are; does not depend on the locale.
[[nodiscard]] constexpr char to_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

[[nodiscard]] inline std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char letter) { return to_lower(letter); });
  return lower;
}

[[nodiscard]] inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

// The first field of that name, upper and lower case being the same.
[[nodiscard]] inline std::optional<std::string_view> find_field(std::span<const Field> fields,
                                                                std::string_view name) {
  for (const Field& field : fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

}  // namespace kennel::base
