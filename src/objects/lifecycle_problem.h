// What S3 finds wrong with a lifecycle configuration that can be read. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kennel::objects {

// As S3 words it.
struct LifecycleProblem {
  std::string code;  // "MalformedXML", "InvalidRequest", "InvalidArgument"
  std::string message;

  bool operator==(const LifecycleProblem&) const = default;
};

// Of a document as lifecycle_document.h has it, its members of the right types. nullopt: it is
// good.
[[nodiscard]] std::optional<LifecycleProblem> find_lifecycle_problem(std::string_view document);

}  // namespace kennel::objects
