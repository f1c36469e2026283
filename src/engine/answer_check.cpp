#include "engine/answer_check.h"

#include <fmt/format.h>

#include "engine/evaluation.h"

namespace kennel::engine {
namespace {

constexpr double kTop1LossMax = 0.005;
constexpr double kDifferingMax = 0.02;
constexpr std::size_t kPhotosMax = 1;  // that a small set may lose beyond these shares

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

bool is_within(std::size_t photos, std::size_t of, double share_max) {
  return photos <= kPhotosMax || share(photos, of) <= share_max;
}

}  // namespace

double AnswerCheck::top1_before() const { return share(right_before, photos); }
double AnswerCheck::top1_after() const { return share(right_after, photos); }
double AnswerCheck::differing_share() const { return share(differing, photos); }

AnswerCheck compare_answers(const std::vector<std::vector<float>>& before,
                            const std::vector<std::vector<float>>& after,
                            const std::vector<int>& labels) {
  AnswerCheck check{.labelled = !labels.empty()};
  for (std::size_t photo = 0; photo < before.size(); ++photo) {
    if (before[photo].empty() || after[photo].empty()) continue;
    const int first = top_indices(before[photo], 1).front();
    const int second = top_indices(after[photo], 1).front();
    ++check.photos;
    check.differing += first != second ? 1 : 0;
    if (!check.labelled) continue;
    check.right_before += first == labels[photo] ? 1 : 0;
    check.right_after += second == labels[photo] ? 1 : 0;
  }
  return check;
}

bool holds(const AnswerCheck& check) {
  const std::size_t lost =
      check.right_before > check.right_after ? check.right_before - check.right_after : 0;
  return is_within(lost, check.photos, kTop1LossMax) &&
         is_within(check.differing, check.photos, kDifferingMax);
}

std::string to_text(const AnswerCheck& check) {
  auto differing = fmt::format("{} of {} answers differ", check.differing, check.photos);
  if (!check.labelled) return differing;
  return fmt::format("top-1 goes from {:.4f} to {:.4f} and {}", check.top1_before(),
                     check.top1_after(), differing);
}

}  // namespace kennel::engine
