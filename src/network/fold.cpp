#include "network/fold.h"

#include <cmath>

namespace kennel::network {
namespace {

// How often each step's value is read.
std::vector<int> count_readers(const std::vector<Step>& steps) {
  std::vector<int> readers(steps.size(), 0);
  const auto count = [&](int value) {
    if (value != kImage) ++readers[static_cast<std::size_t>(value)];
  };
  for (const Step& step : steps) {
    count(step.input);
    if (const auto* add = std::get_if<Add>(&step.operation)) count(add->other);
  }
  return readers;
}

// The convolution that a BatchNorm can go into.
const Convolution* find_host(const std::vector<Step>& steps, const std::vector<int>& readers,
                             const Step& step) {
  if (!std::holds_alternative<BatchNorm>(step.operation) || step.input == kImage) return nullptr;
  const auto input = static_cast<std::size_t>(step.input);
  if (readers[input] != 1) return nullptr;
  const auto* host = std::get_if<Convolution>(&steps[input].operation);
  return host != nullptr && !host->bias ? host : nullptr;
}

base::Result<Tensor> get_row(const StateDict& weights, const std::string& name, int channels) {
  const std::array<std::int64_t, 1> shape{channels};
  return weights.get(name, shape);
}

// A BatchNorm as y = factor * x + offset, a channel.
struct Affine {
  std::vector<float> factor;
  std::vector<float> offset;
};

base::Result<Affine> to_affine(const BatchNorm& norm, const StateDict& weights) {
  KENNEL_TRY(const Tensor gamma, get_row(weights, norm.name + ".weight", norm.channels));
  KENNEL_TRY(const Tensor beta, get_row(weights, norm.name + ".bias", norm.channels));
  KENNEL_TRY(const Tensor mean, get_row(weights, norm.name + ".running_mean", norm.channels));
  KENNEL_TRY(const Tensor variance, get_row(weights, norm.name + ".running_var", norm.channels));
  Affine affine;
  for (std::size_t channel = 0; channel < gamma.floats().size(); ++channel) {
    const double deviation = std::sqrt(double{variance.floats()[channel]} + norm.epsilon);
    const double factor = gamma.floats()[channel] / deviation;
    affine.factor.push_back(static_cast<float>(factor));
    affine.offset.push_back(
        static_cast<float>(beta.floats()[channel] - mean.floats()[channel] * factor));
  }
  return affine;
}

base::Result<void> fold_into(const Convolution& host, const BatchNorm& norm, StateDict& weights) {
  const std::vector<std::int64_t> shape{host.out, host.in / host.groups, host.kernel, host.kernel};
  KENNEL_TRY(const Tensor weight, weights.get(host.name + ".weight", shape));
  KENNEL_TRY(Affine affine, to_affine(norm, weights));
  std::vector<float> scaled(weight.floats().begin(), weight.floats().end());
  const std::size_t per_channel = scaled.size() / affine.factor.size();
  for (std::size_t at = 0; at < scaled.size(); ++at) scaled[at] *= affine.factor[at / per_channel];
  weights.set(host.name + ".weight", Tensor::from_floats(shape, std::move(scaled)));
  weights.set(host.name + ".bias", Tensor::from_floats({host.out}, std::move(affine.offset)));
  return {};
}

}  // namespace

Backbone without_norms(const Backbone& backbone) {
  const auto readers = count_readers(backbone.steps);
  Backbone folded = backbone;
  folded.steps.clear();
  std::vector<int> places;  // in the folded backbone, of each value
  const auto place_of = [&](int value) {
    return value == kImage ? kImage : places[static_cast<std::size_t>(value)];
  };
  for (const Step& step : backbone.steps) {
    const int input = place_of(step.input);
    if (find_host(backbone.steps, readers, step) != nullptr) {
      std::get<Convolution>(folded.steps[static_cast<std::size_t>(input)].operation).bias = true;
      places.push_back(input);
      continue;
    }
    folded.steps.push_back({step.operation, input});
    if (auto* add = std::get_if<Add>(&folded.steps.back().operation)) {
      add->other = place_of(add->other);
    }
    places.push_back(static_cast<int>(folded.steps.size()) - 1);
  }
  return folded;
}

base::Result<StateDict> fold_norms(const Backbone& backbone, const StateDict& weights) {
  const auto readers = count_readers(backbone.steps);
  StateDict folded = weights;
  for (const Step& step : backbone.steps) {
    const Convolution* host = find_host(backbone.steps, readers, step);
    if (host == nullptr) continue;
    KENNEL_TRY_VOID(fold_into(*host, std::get<BatchNorm>(step.operation), folded));
  }
  return folded;
}

}  // namespace kennel::network
