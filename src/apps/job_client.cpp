#include "apps/job_client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "base/clock.h"

namespace kennel::apps {
namespace {

using base::Result;
using nlohmann::json;

constexpr int kPage = 100;
constexpr std::size_t kSuggestionsMax = 3;
constexpr int kComparedMax = 1000;

// Levenshtein's: how many letters to change, add or leave out.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({changed, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> nearest_names(const std::string& name,
                                       const std::vector<std::string>& names) {
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& other : names) {
    // The beginning of a name with a timestamp behind it is as good as the name.
    const std::size_t apart = other.starts_with(name) ? 0 : distance(name, other);
    if (apart <= std::max<std::size_t>(2, name.size() / 4)) found.emplace_back(apart, other);
  }
  std::ranges::stable_sort(found, {}, &std::pair<std::size_t, std::string>::first);
  found.resize(std::min(found.size(), kSuggestionsMax));
  std::vector<std::string> nearest;
  for (auto& [apart, other] : found) nearest.push_back(std::move(other));
  return nearest;
}

Result<std::vector<std::string>> list_job_names(const AwsClient& client, const JobFilter& filter) {
  std::vector<std::string> names;
  json input{{"SortBy", "CreationTime"}, {"SortOrder", "Descending"}};
  if (!filter.status.empty()) input["StatusEquals"] = filter.status;
  while (true) {
    input["MaxResults"] = std::min(kPage, filter.limit - static_cast<int>(names.size()));
    KENNEL_TRY(const json page, client.call(kSageMaker, "ListTrainingJobs", input));
    for (const json& one : page.value("TrainingJobSummaries", json::array())) {
      names.push_back(one.value("TrainingJobName", ""));
    }
    if (!page.contains("NextToken") || static_cast<int>(names.size()) >= filter.limit) break;
    input["NextToken"] = page["NextToken"];
  }
  return names;
}

base::Error explain(const AwsClient& client, const std::string& name, base::Error error) {
  if (error.kind != base::ErrorKind::kNotFound) return error;
  const auto names = list_job_names(client, {.limit = kComparedMax});
  const auto nearest = names ? nearest_names(name, *names) : std::vector<std::string>();
  error.message = fmt::format("there is no training job \"{}\"; ", name);
  error.message += nearest.empty() ? "kennel jobs lists them"
                                   : fmt::format("did you mean {}?", fmt::join(nearest, " or "));
  return error;
}

Result<JobView> describe_job(const AwsClient& client, const std::string& name) {
  auto described = client.call(kSageMaker, "DescribeTrainingJob", {{"TrainingJobName", name}});
  if (!described) return tl::unexpected(explain(client, name, std::move(described).error()));
  return to_view(*described, base::SystemClock().calendar_now());
}

}  // namespace kennel::apps
