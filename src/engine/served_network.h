// A network that answers as photos come: batches of any size up to a maximum through one compiled
// network, so that its weights are there once.
//
// The first batch of a size costs a lane more than later ones: kernels are chosen for it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/disk.h"
#include "base/error.h"
#include "engine/compiled_network.h"

namespace kennel::engine {

struct ServedOptions {
  Precision precision = Precision::kF32;
  int batch_max = 8;
  int streams = 1;  // lanes that run side by side
  int threads = 1;  // over all streams
};

// One batch at a time, on one thread at a time; lanes of one network run side by side.
class Lane {
 public:
  virtual ~Lane() = default;
  // Room for batch_max images [crop, crop, 3], 8-bit RGB.
  [[nodiscard]] virtual std::span<std::uint8_t> image(int place) = 0;
  // The first `count` images; [count, classes], valid until the next run.
  virtual std::span<const float> run(int count) = 0;
};

// Safe from several threads.
class ServedNetwork {
 public:
  virtual ~ServedNetwork() = default;
  [[nodiscard]] virtual std::unique_ptr<Lane> make_lane() = 0;
  // What `import_network` takes; good for this version of OpenVINO on this kind of processor.
  [[nodiscard]] virtual std::string export_compiled() = 0;
};

// kInvalid, by name, when the weights lack a tensor or have another shape.
[[nodiscard]] base::Result<std::unique_ptr<ServedNetwork>> compile_to_serve(
    const NetworkSpec& spec, const ServedOptions& options);

// `compiled` is a part of `file`, which stays mapped as long as the network lives: untouched pages
// need no memory. Trusts the bytes: they must be those that were exported. kCorrupt where OpenVINO
// does not take them.
[[nodiscard]] base::Result<std::unique_ptr<ServedNetwork>> import_network(
    std::shared_ptr<const base::MappedFile> file, base::ByteView compiled,
    const ServedOptions& options);

}  // namespace kennel::engine
