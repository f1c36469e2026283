// Metrics out of the lines of a job's log. One thread at a time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "jobs/training_jobs.h"

namespace kennel::jobs {

class MetricScraper {
 public:
  // A definition with a fault is never matched.
  explicit MetricScraper(const std::vector<MetricDefinition>& definitions);
  ~MetricScraper();
  MetricScraper(const MetricScraper&) = delete;
  MetricScraper& operator=(const MetricScraper&) = delete;

  // Every match of every definition whose first group is a number; a line of more than 16 KiB has
  // none.
  [[nodiscard]] std::vector<MetricValue> scan(std::string_view line, TimePoint time);
  // The last value of each metric that had one.
  [[nodiscard]] std::vector<FinalMetric> last_values() const;
  // A sentence for each metric that took many values and only a few distinct ones, which no tuner
  // can tell apart.
  [[nodiscard]] std::vector<std::string> complaints() const;

 private:
  struct Definition;
  struct Seen {
    FinalMetric last;
    std::size_t count = 0;
    std::set<double> distinct;  // up to a few
  };

  std::vector<Definition> definitions_;
  std::map<std::string, Seen> seen_;
};

}  // namespace kennel::jobs
