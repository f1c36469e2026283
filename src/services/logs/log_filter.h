// FilterLogEvents' patterns of terms: all plain terms must occur in a message, at least one of
// those with "?", none of those with "-"; letters of both cases differ
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kennel::services::logs {

class LogFilter {
 public:
  // nullopt: a pattern that is none, or one of JSON fields, columns or regular expressions, which
  // are not available.
  [[nodiscard]] static std::optional<LogFilter> parse(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
};

}  // namespace kennel::services::logs
