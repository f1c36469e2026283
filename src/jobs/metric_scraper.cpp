#include "jobs/metric_scraper.h"

#include <fmt/format.h>

#include "compute/line_metric.h"

namespace kennel::jobs {
namespace {

constexpr std::size_t kManyValues = 6;
constexpr std::size_t kFewDistinct = 2;
}  // namespace

struct MetricScraper::Definition {
  std::string name;
  compute::LineMetric metric;
};

MetricScraper::MetricScraper(const std::vector<MetricDefinition>& definitions) {
  for (const MetricDefinition& definition : definitions) {
    definitions_.push_back({definition.name, compute::LineMetric(definition.regex)});
  }
}

MetricScraper::~MetricScraper() = default;

std::vector<MetricValue> MetricScraper::scan(std::string_view line, TimePoint time) {
  std::vector<MetricValue> values;
  for (const Definition& definition : definitions_) {
    for (const double value : definition.metric.scan(line)) {
      values.push_back({definition.name, value, time});
      Seen& seen = seen_[definition.name];
      seen.last = {definition.name, value, time};
      ++seen.count;
      if (seen.distinct.size() <= kFewDistinct) seen.distinct.insert(value);
    }
  }
  return values;
}

std::vector<FinalMetric> MetricScraper::last_values() const {
  std::vector<FinalMetric> values;
  for (const auto& [name, seen] : seen_) values.push_back(seen.last);
  return values;
}

std::vector<std::string> MetricScraper::complaints() const {
  std::vector<std::string> complaints;
  for (const auto& [name, seen] : seen_) {
    if (seen.count < kManyValues || seen.distinct.size() > kFewDistinct) continue;
    complaints.push_back(fmt::format(
        "the metric \"{}\" had {} values and only {} distinct: a tuning job could not tell trials "
        "apart by it. Is it an integer division, or rounded?",
        name, seen.count, seen.distinct.size()));
  }
  return complaints;
}

}  // namespace kennel::jobs
