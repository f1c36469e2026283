// A number out of the lines of a log, by a regular expression. PCRE2 stands behind this.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kennel::compute {

// What is wrong with a regex, as the end of "the regex ... , which ..."; nullopt: it compiles, and
// has a group for the value.
[[nodiscard]] std::optional<std::string> find_regex_fault(const std::string& regex);

class LineMetric {
 public:
  // A regex with a fault is never matched.
  explicit LineMetric(const std::string& regex);
  ~LineMetric();
  LineMetric(LineMetric&&) noexcept;

  // The first group of every match, as far as it is a number; a line of more than 16 KiB has none.
  [[nodiscard]] std::vector<double> scan(std::string_view line) const;

 private:
  struct Pattern;
  std::unique_ptr<Pattern> pattern_;
};

}  // namespace kennel::compute
