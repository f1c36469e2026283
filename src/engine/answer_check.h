// Whether another precision gives the same answers: pure functions of logits and labels.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kennel::engine {

// How the answers of two precisions to the same photos compare.
struct AnswerCheck {
  std::size_t photos = 0;
  std::size_t differing = 0;  // photos that got another class
  bool labelled = false;      // whether the true classes are known, and so the next two
  std::size_t right_before = 0;
  std::size_t right_after = 0;

  [[nodiscard]] double top1_before() const;
  [[nodiscard]] double top1_after() const;
  [[nodiscard]] double differing_share() const;
};

// One entry a photo; photos without logits in either are left out. No labels: they are not known.
[[nodiscard]] AnswerCheck compare_answers(const std::vector<std::vector<float>>& before,
                                          const std::vector<std::vector<float>>& after,
                                          const std::vector<int>& labels);

// Nothing that matters was lost: at most half a point of top-1 or one photo, and at most 2 % of the
// answers, or one, are others.
[[nodiscard]] bool holds(const AnswerCheck& check);

// What was lost, as a clause: "top-1 falls from 0.9500 to 0.9400 and 12 of 320 answers differ".
[[nodiscard]] std::string to_text(const AnswerCheck& check);

}  // namespace kennel::engine
