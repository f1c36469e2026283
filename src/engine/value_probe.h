// Looks at values within a network while it runs, in floating point: what calibration sees.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/compiled_network.h"

namespace kennel::engine {

// One image at a time. One thread at a time.
class ValueReader {
 public:
  virtual ~ValueReader() = default;
  virtual void run(std::span<const std::uint8_t> image) = 0;  // [crop, crop, 3]
  // Of the value at `index`, valid until the next run.
  [[nodiscard]] virtual std::span<const float> value(std::size_t index) const = 0;
};

// Safe from several threads; its readers run side by side.
class ValueProbe {
 public:
  virtual ~ValueProbe() = default;
  [[nodiscard]] virtual std::unique_ptr<ValueReader> make_reader() = 0;
};

// For as many readers as there are threads. `values` are names of network/quantization.h. kInvalid,
// by name, when the weights lack a tensor or have another shape.
[[nodiscard]] base::Result<std::unique_ptr<ValueProbe>> compile_probe(
    const NetworkSpec& spec, const std::vector<std::string>& values, int threads);

}  // namespace kennel::engine
