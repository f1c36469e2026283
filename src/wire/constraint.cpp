#include "wire/constraint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "wire/scalar.h"
#include "wire/text.h"

namespace kennel::wire {
namespace {

constexpr std::size_t kShownMax = 256;
constexpr std::size_t kTakenMax = kShownMax + 4;  // a code point more, to see that it was cut

bool is_number(const Shape& shape) {
  return shape.kind == ShapeKind::kInteger || shape.kind == ShapeKind::kLong ||
         shape.kind == ShapeKind::kFloat || shape.kind == ShapeKind::kDouble;
}

// What min and max are held against: a number itself; characters, bytes or items.
double measure(const Shape& shape, const Document& value) {
  if (is_number(shape)) return value.get<double>();
  if (shape.kind == ShapeKind::kString) {
    return static_cast<double>(count_code_points(value.get_ref<const std::string&>()));
  }
  if (shape.kind == ShapeKind::kBlob) return static_cast<double>(value.get_binary().size());
  return static_cast<double>(value.size());
}

std::string show_bound(double bound) {
  if (std::trunc(bound) == bound && std::abs(bound) < 9.0e18) {
    return std::to_string(static_cast<std::int64_t>(bound));
  }
  return fmt::format("{}", bound);
}

std::string bound_sentence(const Shape& shape, std::string_view side, double bound) {
  return fmt::format("Member must have {} {} than or equal to {}",
                     is_number(shape) ? "value" : "length", side, show_bound(bound));
}

std::string max_sentence(const Shape& shape) { return bound_sentence(shape, "less", *shape.max); }
std::string min_sentence(const Shape& shape) {
  return bound_sentence(shape, "greater", *shape.min);
}

std::string pattern_sentence(const Shape& shape) {
  return fmt::format("Member must satisfy regular expression pattern: {}", shape.pattern);
}

std::string enum_sentence(const Shape& shape) {
  return fmt::format("Member must satisfy enum value set: [{}]", fmt::join(shape.values, ", "));
}

// Appends until there is more than can be shown; so a large value costs no more than a small one.
class Renderer {
 public:
  void render(const Shape& shape, const Document& value) {
    if (out_.size() > kShownMax) return;
    if (value.is_null()) {
      out_ += "null";
    } else if (shape.sensitive) {
      out_ += "***Sensitive Data Redacted***";
    } else if (shape.kind == ShapeKind::kList) {
      list(shape, value);
    } else if (shape.kind == ShapeKind::kMap) {
      map(shape, value);
    } else if (shape.kind == ShapeKind::kStructure) {
      structure(shape, value);
    } else {
      scalar(shape, value);
    }
  }

  [[nodiscard]] std::string take() const {
    if (out_.size() <= kShownMax) return out_;
    return std::string(cut_text(out_, kShownMax)) + "...";
  }

 private:
  void scalar(const Shape& shape, const Document& value) {
    if (shape.kind == ShapeKind::kBlob) {
      out_ += fmt::format("{} bytes", value.get_binary().size());
    } else if (shape.kind == ShapeKind::kString) {
      out_ += cut_text(value.get_ref<const std::string&>(), kTakenMax);
    } else {
      out_ += write_scalar(shape, value, TimestampFormat::kIso8601);
    }
  }

  [[nodiscard]] bool part(bool first) {
    if (!first) out_ += ", ";
    return out_.size() <= kShownMax;
  }

  void list(const Shape& shape, const Document& value) {
    out_ += '[';
    bool first = true;
    for (const Document& item : value) {
      if (!part(std::exchange(first, false))) return;
      render(*shape.element, item);
    }
    out_ += ']';
  }

  void map(const Shape& shape, const Document& value) {
    out_ += '{';
    bool first = true;
    for (const auto& entry : value.items()) {
      if (!part(std::exchange(first, false))) return;
      out_ += fmt::format("{}=", cut_text(entry.key(), kTakenMax));
      render(*shape.element, entry.value());
    }
    out_ += '}';
  }

  void structure(const Shape& shape, const Document& value) {
    out_ += fmt::format("{}(", shape.name);
    bool first = true;
    for (const Member& member : shape.members) {
      const auto found = value.find(std::string(member.name));
      if (found == value.end()) continue;
      if (!part(std::exchange(first, false))) return;
      out_ += fmt::format("{}=", member.name);
      render(*member.shape, *found);
    }
    out_ += ')';
  }

  std::string out_;
};

}  // namespace

std::vector<std::string> broken_constraints(const PatternSet& patterns, const Shape& shape,
                                            const Document& value) {
  std::vector<std::string> broken;
  if (shape.max && measure(shape, value) > *shape.max) broken.push_back(max_sentence(shape));
  if (shape.min && measure(shape, value) < *shape.min) broken.push_back(min_sentence(shape));
  if (shape.kind != ShapeKind::kString) return broken;
  const auto& text = value.get_ref<const std::string&>();
  if (!shape.pattern.empty() && !patterns.matches(shape.pattern, text)) {
    broken.push_back(pattern_sentence(shape));
  }
  if (!shape.values.empty() && std::ranges::find(shape.values, text) == shape.values.end()) {
    broken.push_back(enum_sentence(shape));
  }
  return broken;
}

std::string all_constraints(const Shape& shape) {
  std::vector<std::string> all;
  if (shape.max) all.push_back(max_sentence(shape));
  if (shape.min) all.push_back(min_sentence(shape));
  if (!shape.pattern.empty()) all.push_back(pattern_sentence(shape));
  if (!shape.values.empty()) all.push_back(enum_sentence(shape));
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string show_value(const Shape& shape, const Document& value) {
  Renderer renderer;
  renderer.render(shape, value);
  return renderer.take();
}

}  // namespace kennel::wire
