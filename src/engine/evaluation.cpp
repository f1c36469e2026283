#include "engine/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace kennel::engine {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Expected calibration error: the gap between confidence and accuracy, bin by bin.
class CalibrationMeter {
 public:
  void add(double confidence, bool correct) {
    const auto bin = static_cast<std::size_t>(confidence * kBins);
    Bin& chosen = bins_[std::min<std::size_t>(bin, kBins - 1)];
    chosen.confidence += confidence;
    chosen.correct += correct ? 1 : 0;
    ++count_;
  }
  [[nodiscard]] double error() const {
    double gaps = 0;
    for (const Bin& bin : bins_) gaps += std::abs(bin.confidence - bin.correct);
    return count_ == 0 ? 0.0 : gaps / count_;
  }

 private:
  static constexpr std::size_t kBins = 15;
  struct Bin {
    double confidence = 0;
    double correct = 0;
  };
  std::array<Bin, kBins> bins_{};
  double count_ = 0;
};

bool in_top(std::span<const float> logits, int label, std::size_t count) {
  const auto best = top_indices(logits, count);
  return std::ranges::find(best, label) != best.end();
}

double cross_entropy(std::span<const float> logits, int label) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  return std::log(sum) + largest - logits[static_cast<std::size_t>(label)];
}

// Takes in one photo after the other.
class EvaluationMeter {
 public:
  explicit EvaluationMeter(int classes) : classes_(static_cast<std::size_t>(classes)) {
    result_.per_class.resize(classes_);
    result_.confusion.resize(classes_ * classes_);
  }

  void add(std::size_t index, std::span<const float> logits, int truth) {
    const int prediction = top_indices(logits, 1).front();
    const double probability = softmax(logits)[static_cast<std::size_t>(prediction)];
    const double loss = cross_entropy(logits, truth);
    count(truth, prediction);
    correct_in_five_ += in_top(logits, truth, 5) ? 1 : 0;
    loss_ += loss;
    calibration_.add(probability, prediction == truth);
    result_.losses.push_back({index, truth, prediction, probability, loss});
  }

  [[nodiscard]] Evaluation finish() && {
    result_.top1 = ratio(correct_, result_.photos);
    result_.top5 = ratio(correct_in_five_, result_.photos);
    result_.loss = result_.photos == 0 ? 0.0 : loss_ / static_cast<double>(result_.photos);
    result_.calibration_error = calibration_.error();
    std::ranges::stable_sort(result_.losses, std::ranges::greater{}, &PhotoLoss::loss);
    return std::move(result_);
  }

 private:
  void count(int truth, int prediction) {
    const auto row = static_cast<std::size_t>(truth);
    const auto column = static_cast<std::size_t>(prediction);
    const std::uint64_t right = truth == prediction ? 1 : 0;
    ++result_.photos;
    correct_ += right;
    ++result_.per_class[row].photos;
    result_.per_class[row].correct += right;
    ++result_.per_class[column].predicted;
    ++result_.confusion[row * classes_ + column];
  }

  std::size_t classes_;
  Evaluation result_;
  CalibrationMeter calibration_;
  std::uint64_t correct_ = 0;
  std::uint64_t correct_in_five_ = 0;
  double loss_ = 0;
};

}  // namespace

std::vector<float> softmax(std::span<const float> logits) {
  const float largest = *std::ranges::max_element(logits);
  std::vector<float> probabilities(logits.size());
  std::ranges::transform(logits, probabilities.begin(),
                         [&](float logit) { return std::exp(logit - largest); });
  const float sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0F);
  for (float& probability : probabilities) probability /= sum;
  return probabilities;
}

double ClassScore::recall() const { return ratio(correct, photos); }
double ClassScore::precision() const { return ratio(correct, predicted); }
double ClassScore::f1() const { return ratio(2 * correct, photos + predicted); }

std::vector<int> top_indices(std::span<const float> values, std::size_t count) {
  std::vector<int> indices(values.size());
  std::iota(indices.begin(), indices.end(), 0);
  const auto middle =
      indices.begin() + static_cast<std::ptrdiff_t>(std::min(count, indices.size()));
  std::partial_sort(indices.begin(), middle, indices.end(), [&](int left, int right) {
    const float a = values[static_cast<std::size_t>(left)];
    const float b = values[static_cast<std::size_t>(right)];
    return a != b ? a > b : left < right;
  });
  indices.erase(middle, indices.end());
  return indices;
}

Evaluation evaluate(const LabelledLogits& outputs) {
  EvaluationMeter meter(outputs.classes);
  for (std::size_t index = 0; index < outputs.count(); ++index) {
    meter.add(index, outputs.row(index), outputs.labels[index]);
  }
  return std::move(meter).finish();
}

std::vector<Confusion> most_confused(const Evaluation& evaluation, std::size_t count) {
  const auto classes = static_cast<int>(evaluation.per_class.size());
  std::vector<Confusion> mistakes;
  for (int truth = 0; truth < classes; ++truth) {
    for (int prediction = 0; prediction < classes; ++prediction) {
      const auto cell =
          evaluation.confusion[static_cast<std::size_t>(truth) * evaluation.per_class.size() +
                               static_cast<std::size_t>(prediction)];
      if (truth != prediction && cell > 0) mistakes.push_back({truth, prediction, cell});
    }
  }
  std::ranges::stable_sort(mistakes, std::ranges::greater{}, &Confusion::count);
  mistakes.resize(std::min(count, mistakes.size()));
  return mistakes;
}

}  // namespace kennel::engine
