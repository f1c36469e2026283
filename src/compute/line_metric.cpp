#define PCRE2_CODE_UNIT_WIDTH 8
#include "compute/line_metric.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <charconv>
#include <cmath>

namespace kennel::compute {
namespace {

// A line that makes a pattern backtrack so often is no match.
constexpr std::uint32_t kMatchSteps = 100'000;
// The steps begin anew at every letter of a line: of a long one they would take minutes, in which
// the job does not hear that it is to stop.
constexpr std::size_t kLineBytesMax = std::size_t{16} << 10U;

std::optional<double> to_number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!whole || text.empty() || !std::isfinite(value)) return std::nullopt;
  return value;
}

struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using Code = std::unique_ptr<pcre2_code, CodeDeleter>;

Code compile(const std::string& regex, std::size_t& offset) {
  int error = 0;
  return Code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(regex.data()), regex.size(), 0, &error,
                            &offset, nullptr));
}

struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

// The first group of every match.
std::vector<std::string_view> first_groups(const pcre2_code* code, std::string_view line) {
  const std::unique_ptr<pcre2_match_data, MatchDataDeleter> data(
      pcre2_match_data_create_from_pattern(code, nullptr));
  const std::unique_ptr<pcre2_match_context, MatchContextDeleter> context(
      pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), kMatchSteps);
  std::vector<std::string_view> groups;
  for (std::size_t at = 0; at <= line.size();) {
    const int count = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(line.data()), line.size(), at,
                                  0, data.get(), context.get());
    if (count < 0) break;
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    if (count > 1 && ends[2] != PCRE2_UNSET) {
      groups.push_back(line.substr(ends[2], ends[3] - ends[2]));
    }
    at = ends[1] > at ? ends[1] : at + 1;
  }
  return groups;
}

}  // namespace

std::optional<std::string> find_regex_fault(const std::string& regex) {
  std::size_t offset = 0;
  const Code code = compile(regex, offset);
  if (!code) return fmt::format("is no regular expression (at letter {})", offset + 1);
  std::uint32_t groups = 0;
  (void)pcre2_pattern_info(code.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
  if (groups == 0) return "has no group in parentheses for its value";
  return std::nullopt;
}

struct LineMetric::Pattern {
  Code code;
};

LineMetric::LineMetric(const std::string& regex) {
  std::size_t offset = 0;
  Code code = compile(regex, offset);
  if (code) pattern_ = std::make_unique<Pattern>(Pattern{std::move(code)});
}

LineMetric::~LineMetric() = default;
LineMetric::LineMetric(LineMetric&&) noexcept = default;

std::vector<double> LineMetric::scan(std::string_view line) const {
  std::vector<double> values;
  if (!pattern_ || line.size() > kLineBytesMax) return values;
  for (const std::string_view group : first_groups(pattern_->code.get(), line)) {
    if (const auto value = to_number(group)) values.push_back(*value);
  }
  return values;
}

}  // namespace kennel::compute
