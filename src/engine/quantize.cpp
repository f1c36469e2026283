#include "engine/quantize.h"

#include <algorithm>

#include "engine/calibration.h"
#include "engine/classification.h"
#include "engine/step_errors.h"
#include "network/fold.h"

namespace kennel::engine {
namespace {

// Photos that every step is tried on alone; more would tell little more and take minutes.
constexpr std::size_t kStepPhotos = 24;
// With less than this part of the steps in 8 bits there is too little to gain.
constexpr double kKeptPartMax = 0.5;

// One quantization from start to end; `run` is the story.
class Quantizer {
 public:
  Quantizer(const network::Package& package, const network::Backbone& backbone,
            const QuantizationPhotos& photos, const QuantizationOptions& options)
      : package_(package), backbone_(backbone), photos_(photos), options_(options) {}

  base::Result<QuantizationOutcome> run() {
    KENNEL_TRY_VOID(calibrate_values());
    KENNEL_TRY_VOID(answer_in_floats());
    KENNEL_TRY(outcome_.check, check(outcome_.quantization));
    outcome_.all_in_8_bits = outcome_.check;
    if (!outcome_.is_good()) KENNEL_TRY_VOID(give_back_steps());
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] CalibrationOptions during(std::string_view stage) const {
    CalibrationOptions options{.threads = options_.threads, .stop = options_.stop};
    if (options_.progress) {
      options.progress = [this, stage](std::size_t done, std::size_t total) {
        options_.progress(stage, done, total);
      };
    }
    return options;
  }

  base::Result<void> calibrate_values() {
    const auto options = during("calibrating");
    KENNEL_TRY(auto squares, read_squares(photos_.calibration, backbone_.transform, options));
    if (squares.images.empty()) {
      return base::fail(base::ErrorKind::kInvalid, "no photo to calibrate on could be read");
    }
    KENNEL_TRY(outcome_.quantization.activations,
               calibrate({backbone_, package_.weights, {}}, squares.images, options));
    outcome_.calibration_photos = squares.images.size();
    outcome_.failures = std::move(squares.failures);
    squares.images.resize(std::min(squares.images.size(), kStepPhotos));
    step_images_ = std::move(squares.images);
    return {};
  }

  base::Result<void> answer_in_floats() {
    KENNEL_TRY(auto answers, classify_in(Precision::kF32, package_, "answering in f32"));
    outcome_.failures.insert(outcome_.failures.end(), answers.failures.begin(),
                             answers.failures.end());
    logits_ = std::move(answers.logits);
    if (std::ranges::all_of(logits_, [](const auto& row) { return row.empty(); })) {
      return base::fail(base::ErrorKind::kInvalid, "no photo to check on could be read");
    }
    return {};
  }

  base::Result<ClassifiedPhotos> classify_in(Precision precision, const network::Package& package,
                                             std::string_view stage) const {
    return classify(package, photos_.check,
                    {.precision = precision,
                     .threads = options_.threads,
                     .stop = options_.stop,
                     .progress = during(stage).progress});
  }

  base::Result<AnswerCheck> check(const network::Quantization& quantization) const {
    network::Package quantized = package_;
    quantized.quantization = quantization;
    KENNEL_TRY(const auto answers, classify_in(Precision::kInt8, quantized, "answering in int8"));
    return compare_answers(logits_, answers.logits, photos_.labels);
  }

  // One step, then two, four, eight: the worst first. The last try stands where none holds.
  base::Result<void> give_back_steps() {
    KENNEL_TRY(NetworkSpec spec, spec_of(package_));
    spec.quantization = &outcome_.quantization;
    KENNEL_TRY(const auto errors,
               measure_step_errors(spec, step_images_, during("trying each layer")));
    const auto most = static_cast<std::size_t>(kKeptPartMax * static_cast<double>(errors.size()));
    for (std::size_t kept = 1; kept <= most; kept *= 2) {
      network::Quantization next = outcome_.quantization;
      for (std::size_t at = 0; at < kept; ++at) next.kept.insert(errors[at].step);
      KENNEL_TRY(outcome_.check, check(next));
      outcome_.quantization = std::move(next);
      if (outcome_.is_good()) break;
    }
    return {};
  }

  const network::Package& package_;
  const network::Backbone& backbone_;
  const QuantizationPhotos& photos_;
  const QuantizationOptions& options_;
  std::vector<vision::Image> step_images_;
  std::vector<std::vector<float>> logits_;  // in f32, of the photos to check on
  QuantizationOutcome outcome_;
};

}  // namespace

base::Result<QuantizationOutcome> quantize(const network::Package& package,
                                           const QuantizationPhotos& photos,
                                           const QuantizationOptions& options) {
  KENNEL_TRY(const network::Backbone* backbone, network::get_backbone(package.backbone));
  return Quantizer(package, *backbone, photos, options).run();
}

}  // namespace kennel::engine
