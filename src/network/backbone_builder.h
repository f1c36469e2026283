// Writes a backbone's steps down one after the other. Used by backbones/ only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "network/backbone.h"

namespace kennel::network {

class BackboneBuilder {
 public:
  // Appends a step on the value of the last one.
  BackboneBuilder& then(Operation operation) { return on(last(), std::move(operation)); }
  // Appends a step on the value of step `input`.
  BackboneBuilder& on(int input, Operation operation) {
    steps_.push_back({std::move(operation), input});
    return *this;
  }
  [[nodiscard]] int last() const { return static_cast<int>(steps_.size()) - 1; }
  [[nodiscard]] std::vector<Step> take() { return std::move(steps_); }

 private:
  std::vector<Step> steps_;
};

}  // namespace kennel::network
