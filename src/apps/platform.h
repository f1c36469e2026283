// The objects of a running server, made from top to bottom and torn down from bottom to top.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/command_line.h"
#include "apps/listen_address.h"
#include "apps/server_folder.h"

namespace kennel::apps {

struct PlatformOptions {
  ServerFolder folder;
  ListenAddress listen;
  std::string region;
  std::string account;
  bool tls_only = false;
  bool json_logs = false;
  bool quiet = false;
  bool data_events = false;             // reads and writes of objects are audited too
  std::vector<std::string> domains{};   // "BUCKET.DOMAIN" names a bucket
  bool sandbox = true;                  // for jobs
  bool strict_capacity = false;         // jobs never wait for room
  std::vector<base::Path> job_paths{};  // folders that jobs may read
};

class Platform {
 public:
  // Opens the records, makes the administrator, the certificate and the front door, and listens.
  [[nodiscard]] static base::Result<std::unique_ptr<Platform>> start(base::Disk& disk,
                                                                     PlatformOptions options);
  virtual ~Platform() = default;
  [[nodiscard]] virtual ListenAddress address() const = 0;  // as really bound
  // What is done now and then, in steps of some milliseconds.
  virtual void tidy() = 0;
  // Lets what is in flight end, for `seconds` at most.
  virtual void drain(int seconds) = 0;
};

}  // namespace kennel::apps
