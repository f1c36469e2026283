// What the platform lays out for an instance of a training job under /opt/ml, as SageMaker does.
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "engine/feature_extraction.h"
#include "instance/hyperparameters.h"

namespace kennel::instance {

struct InputChannel {
  std::string name;
  base::Path folder;
  bool sharded = false;  // each instance has photos of its own
};

struct Contract {
  base::Path folder;  // /opt/ml
  Hyperparameters hyperparameters;
  std::vector<InputChannel> channels;  // sorted by name
  std::vector<std::string> hosts;      // algo-1 first
  std::string current_host;
  engine::KnownDigests digests;  // of the channels' photos, where the platform knows them

  [[nodiscard]] base::Path data() const { return folder / "input" / "data"; }
  [[nodiscard]] base::Path model() const { return folder / "model"; }
  [[nodiscard]] base::Path output() const { return folder / "output" / "data"; }
  [[nodiscard]] base::Path failure() const { return folder / "output" / "failure"; }
  [[nodiscard]] base::Path checkpoint() const { return folder / "checkpoints" / "checkpoint.pth"; }
  [[nodiscard]] bool is_leader() const { return current_host == hosts.front(); }
  [[nodiscard]] bool is_sharded(const base::Path& photo) const;
};

// Reads input/config: hyperparameters.json, inputdataconfig.json, and where they are there
// resourceconfig.json and inputdigests.json. kInvalid for what no program here can read: pipes,
// RecordIO; kCorrupt for what is no such file.
[[nodiscard]] base::Result<Contract> read_contract(const base::Path& folder);

}  // namespace kennel::instance
