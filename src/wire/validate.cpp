#include "wire/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/field.h"
#include "wire/constraint.h"
#include "wire/scalar.h"

namespace kennel::wire {
namespace {

constexpr std::size_t kErrorsMax = 32;

class Walk {
 public:
  explicit Walk(const PatternSet& patterns) : patterns_(patterns) {}

  // The members alone: an input has no name of its own.
  void members(const Shape& shape, const Document& value) {
    for (const Member& member : shape.members) {
      const auto found = value.find(std::string(member.name));
      const Deeper deeper(*this, name_of(member));
      if (found != value.end()) {
        any(*member.shape, *found);
      } else if (member.required && !member.streaming) {
        null_error();
      }
    }
  }

  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

 private:
  // The path while something inside is looked at.
  class Deeper {
   public:
    Deeper(Walk& walk, std::string_view step) : walk_(walk), size_(walk.path_.size()) {
      if (size_ > 0) walk.path_ += '.';
      walk.path_ += step;
    }
    ~Deeper() { walk_.path_.resize(size_); }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Walk& walk_;
    std::size_t size_;
  };

  // "RoleName" is 'roleName' in AWS's sentences.
  static std::string name_of(const Member& member) {
    std::string name(member.name);
    if (!name.empty()) name[0] = base::to_lower(name[0]);
    return name;
  }

  void any(const Shape& shape, const Document& value) {
    if (errors_.size() >= kErrorsMax) return;
    if (value.is_null()) return null_error();
    for (const std::string& sentence : broken_constraints(patterns_, shape, value)) {
      error(shape, value, shape.sensitive, sentence);
    }
    if (shape.kind == ShapeKind::kStructure) members(shape, value);
    if (shape.kind == ShapeKind::kList) items(shape, value);
    if (shape.kind == ShapeKind::kMap) entries(shape, value);
  }

  // Of plain items AWS says once, at the list, that one of them is wrong.
  void items(const Shape& shape, const Document& value) {
    const Shape& element = *shape.element;
    bool broken = false;
    for (std::size_t index = 0; index < value.size(); ++index) {
      const Document& item = value[index];
      if (is_scalar(element) && !item.is_null()) {
        broken = broken || !broken_constraints(patterns_, element, item).empty();
      } else {
        const Deeper deeper(*this, fmt::format("{}.member", index + 1));
        any(element, item);
      }
    }
    if (broken) inner_error(shape, value, element, "Member must satisfy constraint");
  }

  void entries(const Shape& shape, const Document& value) {
    bool broken_key = false;
    bool broken_value = false;
    for (const auto& entry : value.items()) {
      broken_key = broken_key || !broken_constraints(patterns_, *shape.key, entry.key()).empty();
      if (is_scalar(*shape.element) && !entry.value().is_null()) {
        broken_value =
            broken_value || !broken_constraints(patterns_, *shape.element, entry.value()).empty();
      } else {
        const Deeper deeper(*this, fmt::format("{}.member", entry.key()));
        any(*shape.element, entry.value());
      }
    }
    if (broken_key) inner_error(shape, value, *shape.key, "Map keys must satisfy constraint");
    if (broken_value)
      inner_error(shape, value, *shape.element, "Map value must satisfy constraint");
  }

  void inner_error(const Shape& outer, const Document& value, const Shape& inner,
                   std::string_view sentence) {
    error(outer, value, outer.sensitive || inner.sensitive,
          fmt::format("{}: [{}]", sentence, all_constraints(inner)));
  }

  void error(const Shape& shape, const Document& value, bool sensitive, std::string_view sentence) {
    const std::string shown = sensitive ? "" : fmt::format("'{}' ", show_value(shape, value));
    add(fmt::format("Value {}at '{}' failed to satisfy constraint: {}", shown, path_, sentence));
  }

  void null_error() {
    add(fmt::format("Value null at '{}' failed to satisfy constraint: Member must not be null",
                    path_));
  }

  void add(std::string sentence) {
    if (errors_.size() < kErrorsMax) errors_.push_back(std::move(sentence));
  }

  const PatternSet& patterns_;
  std::string path_;
  std::vector<std::string> errors_;
};

}  // namespace

std::optional<std::string> Validator::validate(const Shape& shape, const Document& input) const {
  Walk walk(patterns_);
  walk.members(shape, input);
  const auto& errors = walk.errors();
  if (errors.empty()) return std::nullopt;
  return fmt::format("{} validation error{} detected: {}", errors.size(),
                     errors.size() == 1 ? "" : "s", fmt::join(errors, "; "));
}

}  // namespace kennel::wire
