// Hyperparameters as they are read: values that were chosen, and what was wrong on the way.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kennel::instance {

// A hyperparameter as it came, unquoted.
struct Given {
  std::string name;
  std::string value;
};

// The value of every setting that somebody named, whatever the name was. Numbers are kept as they
// are printed, so that 32 and "32.0" agree.
class Choices {
 public:
  // "<name>=<value>: <reason>"
  void refuse(const Given& given, std::string_view reason);
  // Another value for the same setting under another name is refused.
  void choose(std::string_view setting, const Given& given, std::string value);

  void choose_whole(std::string_view setting, const Given& given, std::uint64_t min,
                    std::uint64_t max);
  // `allowed` says it in words: "more than 0".
  void choose_real(std::string_view setting, const Given& given, bool (*allows)(double),
                   std::string_view allowed);
  void choose_word(std::string_view setting, const Given& given,
                   const std::vector<std::string>& allowed);
  // 0, 1, true, false in any case.
  void choose_truth(std::string_view setting, const Given& given);

  // Who chose it, and how; nullptr where nobody did.
  [[nodiscard]] const Given* find(std::string_view setting) const;
  [[nodiscard]] std::string word(std::string_view setting, std::string_view otherwise) const;
  [[nodiscard]] std::uint64_t whole(std::string_view setting, std::uint64_t otherwise) const;
  [[nodiscard]] double real(std::string_view setting, double otherwise) const;
  [[nodiscard]] bool truth(std::string_view setting) const;

  [[nodiscard]] const std::vector<std::string>& mistakes() const { return mistakes_; }

 private:
  struct Choice {
    Given given;
    std::string value;
  };
  std::map<std::string, Choice, std::less<>> choices_;
  std::vector<std::string> mistakes_;
};

[[nodiscard]] std::optional<double> parse_real(std::string_view text);
// Whole numbers, also when written "32.0".
[[nodiscard]] std::optional<std::uint64_t> parse_whole(std::string_view text);

}  // namespace kennel::instance
