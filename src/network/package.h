// The model package, model.tar.gz: everything that it takes to classify a photo.
//
//   kennel.json   what is in here: classes, backbone, transform, head, provenance, metrics, digests
//   model.pth     the weights of backbone and head, as a PyTorch state dict
//   labels.txt    the classes, one a line, in the order of the logits
//   graph.xml, graph.bin   backbone and head as one OpenVINO graph, for OpenVINO's own tools
//
// A package is foreign: reading one executes nothing, writes nothing, and rebuilds the network from
// `kennel.json` and `model.pth`; the graph is never parsed here. docs/model-package.md is the
// format's description.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "network/backbone.h"
#include "network/quantization.h"
#include "network/tensor.h"

namespace kennel::network {

struct Package {
  std::vector<std::string> classes;
  std::string backbone;
  int hidden = 0;  // units of the head's hidden layer
  // Where the model comes from and how good it is; free form, for people and tools.
  nlohmann::json provenance = nlohmann::json::object();
  nlohmann::json metrics = nlohmann::json::object();
  std::optional<Quantization> quantization;  // what `kennel quantize` adds
  StateDict weights;                         // of the backbone, and of the head as "fc.0", "fc.2"
};

struct PackageGraph {
  base::ByteView xml;
  base::ByteView bin;
};

// Appears whole under `path` or not at all.
void write_package(base::Disk& disk, const base::Path& path, const Package& package,
                   const PackageGraph& graph);

// The same entries as files of a folder, which is made if need be; `kennel.json` comes last.
// Whoever packs the folder has a package.
void write_package_files(base::Disk& disk, const base::Path& folder, const Package& package,
                         const PackageGraph& graph);

// `path` is a package, or the folder that one was unpacked into. kCorrupt and kInvalid say what is
// wrong with which entry. The weights are checked against their digest.
[[nodiscard]] base::Result<Package> read_package(const base::Path& path);

}  // namespace kennel::network
