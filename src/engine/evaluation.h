// How good a classifier is: pure functions of logits and labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kennel::engine {

// [photos, classes], row-major, with the true class of each row.
struct LabelledLogits {
  int classes = 0;
  std::vector<float> logits;
  std::vector<int> labels;

  [[nodiscard]] std::size_t count() const { return labels.size(); }
  [[nodiscard]] std::span<const float> row(std::size_t index) const {
    const auto width = static_cast<std::size_t>(classes);
    return std::span(logits).subspan(index * width, width);
  }
};

[[nodiscard]] std::vector<float> softmax(std::span<const float> logits);

struct ClassScore {
  std::uint64_t photos = 0;     // that are of this class
  std::uint64_t predicted = 0;  // that were said to be
  std::uint64_t correct = 0;

  [[nodiscard]] double recall() const;     // 0 without photos
  [[nodiscard]] double precision() const;  // 0 without predictions
  [[nodiscard]] double f1() const;
};

struct Confusion {
  int truth = 0;
  int prediction = 0;
  std::uint64_t count = 0;
};

// A photo whose true class got little probability.
struct PhotoLoss {
  std::size_t index = 0;
  int truth = 0;
  int prediction = 0;
  double probability = 0;  // of the prediction
  double loss = 0;         // cross-entropy, nats
};

struct Evaluation {
  std::uint64_t photos = 0;
  double top1 = 0;  // fractions, 0 to 1
  double top5 = 0;
  double loss = 0;               // mean cross-entropy, nats
  double calibration_error = 0;  // expected, over 15 equal bins of confidence (Guo et al. 2017)
  std::vector<ClassScore> per_class;
  std::vector<std::uint64_t> confusion;  // [truth * classes + prediction]
  std::vector<PhotoLoss> losses;         // worst first
};

[[nodiscard]] Evaluation evaluate(const LabelledLogits& outputs);

// The mistakes that happen most, most first; ties by class.
[[nodiscard]] std::vector<Confusion> most_confused(const Evaluation& evaluation, std::size_t count);

// The indices of the largest values, largest first; ties by index.
[[nodiscard]] std::vector<int> top_indices(std::span<const float> values, std::size_t count);

}  // namespace kennel::engine
