// The libtorch wall: trains Linear - ReLU - Linear on features, one epoch at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/evaluation.h"
#include "network/tensor.h"

namespace kennel::train {

enum class Optimizer { kSgd, kAdam, kAdamW };
[[nodiscard]] std::string_view to_name(Optimizer optimizer);  // "sgd", "adam", "adamw"
[[nodiscard]] base::Result<Optimizer> parse_optimizer(std::string_view name);

enum class Schedule { kConstant, kCosine };
[[nodiscard]] std::string_view to_name(Schedule schedule);  // "constant", "cosine"
[[nodiscard]] base::Result<Schedule> parse_schedule(std::string_view name);

struct HeadOptions {
  int hidden = 256;
  int epochs = 15;
  int batch_size = 32;
  double learning_rate = 2e-3;  // at the start; cosine brings it to 0 at the last epoch's end
  Optimizer optimizer = Optimizer::kAdamW;
  double weight_decay = 0.01;
  Schedule schedule = Schedule::kCosine;
  double label_smoothing = 0;
  double dropout = 0;  // on the features, and on the hidden layer
  int patience = 0;    // epochs without a better one before training ends; 0: never
  std::uint64_t seed = 1;
};

// kInvalid, naming the option and what it may be.
[[nodiscard]] base::Result<void> validate(const HeadOptions& options);

// Features [rows, width] where they lie (in the cache), and the class of each row.
struct LabelledRows {
  std::vector<std::span<const float>> rows;
  std::vector<int> labels;
};

// Loss and accuracy over one pass.
struct PassMetrics {
  double loss = 0;  // mean cross-entropy, nats
  double top1 = 0;  // 0 to 1
};

// One thread at a time. Everything that happens follows from the options and the rows: the same
// seed gives the same weights, also when training was interrupted and restored in between.
class HeadTrainer {
 public:
  HeadTrainer(const HeadOptions& options, int width, int classes);
  ~HeadTrainer();
  HeadTrainer(HeadTrainer&&) noexcept;

  // Trains on all rows once, in an order of the epoch's own; `epoch` counts from 1. Nothing when
  // `stop` was set on the way: the weights are then between two epochs, and only good for being
  // restored over.
  [[nodiscard]] std::optional<PassMetrics> train_epoch(int epoch, const LabelledRows& rows,
                                                       const std::atomic<bool>* stop);

  [[nodiscard]] engine::LabelledLogits predict(const LabelledRows& rows);

  [[nodiscard]] double learning_rate(int epoch) const;

  // "fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias".
  [[nodiscard]] network::StateDict head() const;
  void set_head(const network::StateDict& head);

  // The optimizer's memory: what must be restored, beside the head, for training to go on as if
  // nothing had happened.
  [[nodiscard]] network::StateDict optimizer_state() const;
  [[nodiscard]] base::Result<void> set_optimizer_state(const network::StateDict& state);

 private:
  struct Torch;
  std::unique_ptr<Torch> torch_;
};

}  // namespace kennel::train
