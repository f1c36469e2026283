#include "train/head_trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <numbers>
#include <numeric>

#include "base/random.h"
#include "train/torch_tensors.h"

namespace kennel::train {
namespace {

constexpr double kMomentum = 0.9;
constexpr std::size_t kPredictRows = 1024;
// A batch of a head is a millisecond's work: threads would spend more on waiting for each other,
// and the weights would depend on how many there are.
constexpr int kThreads = 1;

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const HeadOptions& options,
                                                        std::vector<torch::Tensor> parameters) {
  const double rate = options.learning_rate;
  const double decay = options.weight_decay;
  switch (options.optimizer) {
    case Optimizer::kSgd:
      return std::make_unique<torch::optim::SGD>(
          std::move(parameters),
          torch::optim::SGDOptions(rate).momentum(kMomentum).weight_decay(decay));
    case Optimizer::kAdam:
      return std::make_unique<torch::optim::Adam>(
          std::move(parameters), torch::optim::AdamOptions(rate).weight_decay(decay));
    case Optimizer::kAdamW:
      return std::make_unique<torch::optim::AdamW>(
          std::move(parameters), torch::optim::AdamWOptions(rate).weight_decay(decay));
  }
  return nullptr;
}

// Rows from wherever they lie to one [count, width] tensor.
torch::Tensor gather(const LabelledRows& data, std::span<const std::size_t> indices) {
  const std::size_t width = data.rows.empty() ? 0 : data.rows.front().size();
  auto batch =
      torch::empty({static_cast<std::int64_t>(indices.size()), static_cast<std::int64_t>(width)});
  float* to = batch.data_ptr<float>();
  for (const std::size_t index : indices) to = std::ranges::copy(data.rows[index], to).out;
  return batch;
}

torch::Tensor gather_labels(const LabelledRows& data, std::span<const std::size_t> indices) {
  auto labels = torch::empty({static_cast<std::int64_t>(indices.size())}, torch::kInt64);
  auto* to = labels.data_ptr<std::int64_t>();
  for (const std::size_t index : indices) *to++ = data.labels[index];
  return labels;
}

std::vector<std::size_t> shuffled(std::size_t count, base::Random random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span<std::size_t>(order));
  return order;
}

// Sums over a pass, weighted by batch.
class PassMeter {
 public:
  void add(const torch::Tensor& loss, const torch::Tensor& logits, const torch::Tensor& labels) {
    const auto rows = static_cast<double>(labels.size(0));
    loss_ += loss.item<double>() * rows;
    correct_ += static_cast<double>(logits.argmax(1).eq(labels).sum().item<std::int64_t>());
    rows_ += rows;
  }
  [[nodiscard]] PassMetrics mean() const {
    return rows_ == 0 ? PassMetrics{} : PassMetrics{loss_ / rows_, correct_ / rows_};
  }

 private:
  double loss_ = 0;
  double correct_ = 0;
  double rows_ = 0;
};

}  // namespace

struct HeadTrainer::Torch {
  Torch(const HeadOptions& given, int width, int classes)
      : options(given), random(base::Random(given.seed)) {
    at::set_num_threads(kThreads);
    torch::manual_seed(random.fork("head").next());
    first = torch::nn::Linear(width, options.hidden);
    second = torch::nn::Linear(options.hidden, classes);
    optimizer = make_optimizer(options, parameters());
  }

  [[nodiscard]] std::vector<torch::Tensor> parameters() const {
    return {first->weight, first->bias, second->weight, second->bias};
  }

  [[nodiscard]] torch::Tensor forward(const torch::Tensor& features, bool training) {
    const auto dropped = torch::dropout(features, options.dropout, training);
    const auto hidden = torch::relu(first(dropped));
    return second(torch::dropout(hidden, options.dropout, training));
  }

  void set_learning_rate(double rate) const {
    for (auto& group : optimizer->param_groups()) group.options().set_lr(rate);
  }

  void train_batch(const LabelledRows& rows, std::span<const std::size_t> batch, PassMeter& meter) {
    const auto labels = gather_labels(rows, batch);
    const auto logits = forward(gather(rows, batch), true);
    const auto loss = torch::nn::functional::cross_entropy(
        logits, labels,
        torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(options.label_smoothing));
    optimizer->zero_grad();
    loss.backward();
    optimizer->step();
    meter.add(loss.detach(), logits.detach(), labels);
  }

  HeadOptions options;
  base::Random random;
  torch::nn::Linear first{nullptr};
  torch::nn::Linear second{nullptr};
  std::unique_ptr<torch::optim::Optimizer> optimizer;
};

HeadTrainer::HeadTrainer(const HeadOptions& options, int width, int classes)
    : torch_(std::make_unique<Torch>(options, width, classes)) {}
HeadTrainer::~HeadTrainer() = default;
HeadTrainer::HeadTrainer(HeadTrainer&&) noexcept = default;

double HeadTrainer::learning_rate(int epoch) const {
  const HeadOptions& options = torch_->options;
  if (options.schedule == Schedule::kConstant) return options.learning_rate;
  const double done = static_cast<double>(epoch - 1) / options.epochs;
  return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

std::optional<PassMetrics> HeadTrainer::train_epoch(int epoch, const LabelledRows& rows,
                                                    const std::atomic<bool>* stop) {
  const auto index = static_cast<std::uint64_t>(epoch);
  torch::manual_seed(torch_->random.fork("dropout", index).next());
  torch_->set_learning_rate(learning_rate(epoch));
  const auto order = shuffled(rows.rows.size(), torch_->random.fork("shuffle", index));
  const auto batch_size = static_cast<std::size_t>(torch_->options.batch_size);
  PassMeter meter;
  for (std::size_t first = 0; first < order.size(); first += batch_size) {
    if (stop != nullptr && *stop) return std::nullopt;
    const std::size_t count = std::min(batch_size, order.size() - first);
    torch_->train_batch(rows, std::span(order).subspan(first, count), meter);
  }
  return meter.mean();
}

engine::LabelledLogits HeadTrainer::predict(const LabelledRows& rows) {
  const torch::NoGradGuard no_gradients;
  engine::LabelledLogits outputs;
  outputs.classes = static_cast<int>(torch_->second->bias.size(0));
  outputs.labels = rows.labels;
  std::vector<std::size_t> order(rows.rows.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t first = 0; first < order.size(); first += kPredictRows) {
    const std::size_t count = std::min(kPredictRows, order.size() - first);
    const auto batch = gather(rows, std::span(order).subspan(first, count));
    const auto logits = torch_->forward(batch, false).contiguous();
    const float* values = logits.data_ptr<float>();
    outputs.logits.insert(outputs.logits.end(), values, values + logits.numel());
  }
  return outputs;
}

network::StateDict HeadTrainer::head() const {
  network::StateDict head;
  head.set("fc.0.weight", to_tensor(torch_->first->weight));
  head.set("fc.0.bias", to_tensor(torch_->first->bias));
  head.set("fc.2.weight", to_tensor(torch_->second->weight));
  head.set("fc.2.bias", to_tensor(torch_->second->bias));
  return head;
}

void HeadTrainer::set_head(const network::StateDict& head) {
  const torch::NoGradGuard no_gradients;
  const auto names = {"fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias"};
  auto parameters = torch_->parameters();
  auto parameter = parameters.begin();
  for (const char* name : names) {
    const network::Tensor* tensor = head.find(name);
    base::check(tensor != nullptr, "the head is whole");
    (parameter++)->copy_(to_torch(*tensor));
  }
}

network::StateDict HeadTrainer::optimizer_state() const {
  return save_optimizer(*torch_->optimizer, torch_->parameters());
}

base::Result<void> HeadTrainer::set_optimizer_state(const network::StateDict& state) {
  return load_optimizer(state, *torch_->optimizer, torch_->parameters());
}

}  // namespace kennel::train
