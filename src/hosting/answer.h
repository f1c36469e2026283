// Answers of a classifier, as the client asked for them. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hosting/refusal.h"

namespace kennel::hosting {

// kLabelled: {"predictions": [{"label", "probability"}, ...], "model", "latency_ms"}
// kLogits:   [[logits...], ...], what clients of PyTorch's own endpoints parse
enum class AnswerForm { kLabelled, kLogits };

// nullopt: neither "labelled" nor "logits".
[[nodiscard]] std::optional<AnswerForm> parse_answer_form(std::string_view name);

struct AnswerWish {
  std::optional<AnswerForm> form;  // absent: the server's own
  std::optional<int> top;
};

// What an Accept field asks for: `application/json; format=logits; top=3`. Empty is anything. 406
// where no JSON is accepted, 400 for a form or a number that there is not.
[[nodiscard]] Outcome<AnswerWish> parse_accept(std::string_view accept);

struct Prediction {
  std::string_view label;
  float probability = 0;
};

// Of one photo; of several the predictions are a list of lists.
struct LabelledAnswer {
  std::span<const std::vector<Prediction>> photos;
  bool several = false;
  std::string_view model;
  double latency_ms = 0;
};
[[nodiscard]] std::string to_json(const LabelledAnswer& answer);

// Rows of logits, a row a photo, each number as short as it can be read back from.
[[nodiscard]] std::string logits_json(std::span<const std::vector<float>> rows);

}  // namespace kennel::hosting
