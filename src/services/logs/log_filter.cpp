#include "services/logs/log_filter.h"

#include <algorithm>

namespace kennel::services::logs {
namespace {

// A term from `at` on, which may be a phrase in quotes; moves `at` behind it. nullopt: quotes are
// not closed.
std::optional<std::string> take_term(std::string_view pattern, std::size_t& at) {
  std::string term;
  if (pattern[at] != '"') {
    const std::size_t end = std::min(pattern.find(' ', at), pattern.size());
    term = pattern.substr(at, end - at);
    at = end;
    return term;
  }
  for (++at; at < pattern.size(); ++at) {
    if (pattern[at] == '"') {
      ++at;
      return term;
    }
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    term += pattern[at];
  }
  return std::nullopt;
}

}  // namespace

std::optional<LogFilter> LogFilter::parse(std::string_view pattern) {
  LogFilter filter;
  const std::size_t first = pattern.find_first_not_of(' ');
  const bool is_other = first != std::string_view::npos &&
                        (pattern[first] == '{' || pattern[first] == '[' || pattern[first] == '%');
  if (is_other) return std::nullopt;
  for (std::size_t at = first; at < pattern.size();) {
    if (pattern[at] == ' ') {
      ++at;
      continue;
    }
    std::vector<std::string>* terms = &filter.all_;
    if (pattern[at] == '?' || pattern[at] == '-') {
      terms = pattern[at] == '?' ? &filter.any_ : &filter.none_;
      if (++at == pattern.size()) return std::nullopt;
    }
    auto term = take_term(pattern, at);
    if (!term) return std::nullopt;
    if (!term->empty()) terms->push_back(*std::move(term));
  }
  return filter;
}

bool LogFilter::matches(std::string_view message) const {
  const auto occurs = [message](const std::string& term) {
    return message.find(term) != std::string_view::npos;
  };
  return std::ranges::all_of(all_, occurs) && std::ranges::none_of(none_, occurs) &&
         (any_.empty() || !all_.empty() || std::ranges::any_of(any_, occurs));
}

}  // namespace kennel::services::logs
