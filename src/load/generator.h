// Posts photos to an endpoint as a plan says, and measures what comes back.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "load/findings.h"
#include "load/photo.h"

namespace kennel::load {

struct Progress {
  double part = 0;  // of the plan, from 0 to 1
  Moment now{0};
  const Tally& tally;
};

struct LoadOptions {
  std::string url;
  base::Path ca_file;         // whom to trust over TLS; empty: the system's authorities
  std::vector<Photo> photos;  // at least one; sent in turn
  Plan plan;
  int connections = 8;                        // closed loop: so many; open loop: at most so many
  Moment timeout = std::chrono::seconds(60);  // from sending a request to the end of its answer
  const std::atomic<bool>* stop = nullptr;    // when it is set, the load ends at once
  std::function<void(const Progress&)> on_progress;  // twenty times a second
};

// "http://a:8080" with the path that an endpoint has: /invocations, where there is none.
[[nodiscard]] std::string with_path(std::string_view url);

// Runs on the calling thread, and needs no other. Nothing is begun after the plan's end, and what
// was begun is waited for. kInvalid: the URL, `ca_file`; kNotFound: there is no first connection.
// What goes wrong later is part of the findings.
[[nodiscard]] base::Result<Findings> generate_load(const LoadOptions& options);

}  // namespace kennel::load
