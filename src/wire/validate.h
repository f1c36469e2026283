// Holds an input against its model: required members, lengths, ranges, patterns, enums. Safe from
// several threads.
#pragma once

#include <optional>
#include <string>

#include "wire/pattern.h"
#include "wire/shape.h"

namespace kennel::wire {

class Validator {
 public:
  // AWS's own sentence: "1 validation error detected: Value 'x y' at 'roleName' failed to satisfy
  // constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+". None: it is valid.
  // `input` has the shape's types, as decode_input gives them. Values that are sensitive are not
  // shown, long ones are cut. At most 32 errors are told.
  [[nodiscard]] std::optional<std::string> validate(const Shape& shape,
                                                    const Document& input) const;

 private:
  PatternSet patterns_;
};

}  // namespace kennel::wire
