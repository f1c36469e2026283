// The log of a training job: the streams of its instances, read side by side.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "apps/aws_client.h"
#include "apps/job_view.h"

namespace kennel::apps {

struct JobLine {
  std::int64_t time_ms = 0;  // since 1970
  std::string host;          // "algo-1"
  std::string message;
};

class JobStreams {
 public:
  // A log may be left of an earlier job of the same name: what is older than this one is not its.
  JobStreams(const AwsClient& client, const JobView& job)
      : client_(client), prefix_(job.name + "/"), created_(job.created) {}

  // Gives `take` all that came since the last call, as it is timed; streams that were not there
  // before too. A group that is not there yet has none.
  [[nodiscard]] base::Result<void> read(const std::function<void(const JobLine&)>& take);

 private:
  struct Stream {
    std::string name;
    std::string host;
    std::string token = {};  // empty: not read yet
    std::deque<JobLine> lines = {};
    bool at_end = false;  // as of this call
  };

  [[nodiscard]] base::Result<void> find_streams();
  void add_stream(const nlohmann::json& told);
  [[nodiscard]] base::Result<void> fill(Stream& stream);
  // The stream with the earliest line; nullptr where all are at their ends.
  [[nodiscard]] base::Result<Stream*> next_stream();

  const AwsClient& client_;
  std::string prefix_;
  TimePoint created_;
  std::vector<Stream> streams_;
};

// "dogs/algo-2-1764058463" has the host "algo-2".
[[nodiscard]] std::string host_of_stream(const std::string& stream);

}  // namespace kennel::apps
