#include "apps/job_streams.h"

#include <algorithm>

namespace kennel::apps {
namespace {

using base::Result;
using nlohmann::json;

constexpr const char* kGroup = "/aws/sagemaker/TrainingJobs";
constexpr int kEventsAPage = 1000;
// Times travel as milliseconds.
constexpr std::chrono::milliseconds kRounding{1};

}  // namespace

std::string host_of_stream(const std::string& stream) {
  const std::string last = stream.substr(stream.rfind('/') + 1);
  return last.substr(0, last.rfind('-'));
}

void JobStreams::add_stream(const json& told) {
  std::string name = told.value("logStreamName", "");
  const TimePoint made(std::chrono::milliseconds(told.value("creationTime", std::int64_t{0})));
  const bool is_known = std::ranges::find(streams_, name, &Stream::name) != streams_.end();
  if (is_known || made + kRounding < created_) return;
  std::string host = host_of_stream(name);
  streams_.push_back({.name = std::move(name), .host = std::move(host)});
}

Result<void> JobStreams::find_streams() {
  json input{{"logGroupName", kGroup}, {"logStreamNamePrefix", prefix_}};
  while (true) {
    const auto page = client_.call(kLogs, "DescribeLogStreams", input);
    if (!page && page.error().kind == base::ErrorKind::kNotFound) return {};
    if (!page) return tl::unexpected(page.error());
    for (const json& told : page->value("logStreams", json::array())) add_stream(told);
    if (!page->contains("nextToken")) return {};
    input["nextToken"] = page->at("nextToken");
  }
}

Result<void> JobStreams::fill(Stream& stream) {
  json input{{"logGroupName", kGroup},
             {"logStreamName", stream.name},
             {"startFromHead", true},
             {"limit", kEventsAPage}};
  if (!stream.token.empty()) input["nextToken"] = stream.token;
  KENNEL_TRY(const json page, client_.call(kLogs, "GetLogEvents", input));
  for (const json& event : page.value("events", json::array())) {
    stream.lines.push_back(
        {event.value("timestamp", std::int64_t{0}), stream.host, event.value("message", "")});
  }
  stream.token = page.value("nextForwardToken", stream.token);
  stream.at_end = stream.lines.empty();
  return {};
}

Result<JobStreams::Stream*> JobStreams::next_stream() {
  Stream* next = nullptr;
  for (Stream& stream : streams_) {
    if (stream.lines.empty() && !stream.at_end) KENNEL_TRY_VOID(fill(stream));
    if (stream.lines.empty()) continue;
    const bool is_earlier =
        next == nullptr || stream.lines.front().time_ms < next->lines.front().time_ms;
    if (is_earlier) next = &stream;
  }
  return next;
}

Result<void> JobStreams::read(const std::function<void(const JobLine&)>& take) {
  KENNEL_TRY_VOID(find_streams());
  for (Stream& stream : streams_) stream.at_end = false;
  while (true) {
    KENNEL_TRY(Stream* const stream, next_stream());
    if (stream == nullptr) return {};
    take(stream->lines.front());
    stream->lines.pop_front();
  }
}

}  // namespace kennel::apps
