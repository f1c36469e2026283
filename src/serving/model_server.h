// A model that listens: everything from the package to the socket, as `kennel serve` runs it and
// as the platform runs its replicas.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/disk.h"
#include "base/error.h"
#include "engine/served_model.h"
#include "observe/access_log.h"
#include "serving/replica.h"

namespace kennel::serving {

struct ModelServerOptions {
  base::Path package;  // a model.tar.gz, or the folder that one was unpacked into
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  engine::ServedModelOptions model;
  ReplicaOptions replica;
  std::size_t waiting_max = 128;
  Fetch fetch;                                          // absent: URLs are refused
  std::optional<observe::AccessLogOptions> access_log;  // absent: none is written
};

class ModelServer {
 public:
  // Returns once it answers. Errors: the package's, an address that cannot be listened on.
  [[nodiscard]] static base::Result<std::unique_ptr<ModelServer>> start(base::Disk& disk,
                                                                        ModelServerOptions options);
  virtual ~ModelServer() = default;

  [[nodiscard]] virtual std::string address() const = 0;  // as really bound
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual const engine::ServedModel& model() const = 0;
  // What is left to do once it answers, and took no part in how fast it came up: keeps the compiled
  // model for the next start. Says what did not work.
  [[nodiscard]] virtual std::optional<std::string> settle() = 0;
  // /ping says 503, nobody new is let in, requests in flight end; what is left at the deadline is
  // cut. Blocks.
  virtual void drain(std::chrono::milliseconds deadline) = 0;
};

}  // namespace kennel::serving
