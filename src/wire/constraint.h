// One shape's constraints on one value, and their sentences. Values inside it are not looked at.
#pragma once

#include <string>
#include <vector>

#include "wire/pattern.h"
#include "wire/shape.h"

namespace kennel::wire {

// "Member must have length less than or equal to 64", for each that the value breaks.
[[nodiscard]] std::vector<std::string> broken_constraints(const PatternSet& patterns,
                                                          const Shape& shape,
                                                          const Document& value);

// Every constraint of the shape, joined: what AWS says where items of a list break one.
[[nodiscard]] std::string all_constraints(const Shape& shape);

// A value as it stands in a sentence: cut, without what is sensitive.
[[nodiscard]] std::string show_value(const Shape& shape, const Document& value);

}  // namespace kennel::wire
