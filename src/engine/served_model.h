// A packaged model, compiled for serving, and kept compiled: the second start of a server takes
// the network from the cache and never opens the package.
//
// The cache is a folder of files that appear whole or not at all and are checked when they are
// read, so that any number of processes may share it and die at any moment. A file's name says
// what it was made of: the package's place, size, time and inode, OpenVINO's version, the kind of
// processor, and how the network was compiled.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "engine/served_network.h"
#include "vision/transform.h"

namespace kennel::engine {

struct ServedModel {
  std::vector<std::string> classes;
  std::string backbone;
  vision::Transform transform;
  Precision precision = Precision::kF32;
  std::unique_ptr<ServedNetwork> network;
  bool from_cache = false;
  base::Path cache_file;  // where it is kept, or would be
};

struct ServedModelOptions {
  std::string precision = "auto";  // as choose_precision takes it
  ServedOptions serving;           // but for the precision
  base::Path cache;                // a folder, made if need be
};

inline constexpr std::uint64_t kServedCacheBytesMax = 2 * base::kGiB;

// `package` is a model.tar.gz, or the folder that one was unpacked into. Errors are those of
// network::read_package and compile_to_serve.
[[nodiscard]] base::Result<ServedModel> load_served_model(const base::Path& package,
                                                          const ServedModelOptions& options);

// Keeps it for the next start: a matter of the disk's speed, and so none that a server waits for
// before it answers. Says why where it could not.
[[nodiscard]] std::optional<std::string> keep_compiled(base::Disk& disk, const ServedModel& model);

}  // namespace kennel::engine
