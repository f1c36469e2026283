// Photos through a network on all cores: every worker decodes a batch, then runs it in a stream of
// its own, so that no queue stands between decoding and inference and no core waits for another.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/disk.h"
#include "base/error.h"
#include "engine/compiled_network.h"
#include "vision/transform.h"

namespace kennel::engine {

struct PhotoFailure {
  std::size_t index = 0;  // into the photos that were asked for
  base::Path path;
  std::string reason;
};

// Seconds of work, summed over all threads.
struct PipelineSeconds {
  double decode = 0;
  double infer = 0;
};

struct PipelineOptions {
  int threads = 1;
  // When given, what each photo must still be: one that changed since is a failure.
  std::span<const base::Digest> digests{};
  // Set from elsewhere to stop after the batches in hand.
  const std::atomic<bool>* stop = nullptr;
};

// What the pipeline reports, under a lock: one call at a time, from any thread.
struct PipelineSinks {
  std::function<void(std::size_t index, std::span<const float> row)> row;
  std::function<void(PhotoFailure failure)> failure;
};

// Runs `network`, compiled with as many streams as there are threads, over the photos. Returns when
// all are done or `stop` was set.
PipelineSeconds run_photos(CompiledNetwork& network, const vision::Transform& transform,
                           std::span<const base::Path> photos, const PipelineOptions& options,
                           const PipelineSinks& sinks);

}  // namespace kennel::engine
