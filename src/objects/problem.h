// What a client is told when a bucket, an object or an upload is not as it thought.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace kennel::objects {

enum class Problem {
  kNoSuchBucket,
  kBucketExists,
  kBucketNotEmpty,
  kNoSuchKey,
  kNoSuchVersion,
  kIsDeleteMarker,      // the version that was named
  kPreconditionFailed,  // If-Match, If-None-Match
  kNoSuchUpload,
  kInvalidPart,
  kInvalidPartOrder,
  kPartTooSmall,
  kOtherContent,  // what was completed is not what the client said
  kTooBusy,       // others changed the same thing again and again: come again
  kDamaged,       // the disk gave back something else than was written
};

struct ProblemReport {
  Problem problem;
  std::string message = {};
  std::string version_id = {};  // of the delete marker that stands in the way
  std::chrono::system_clock::time_point modified = {};  // when it was made
  std::uint32_t part = 0;                               // kInvalidPart, kPartTooSmall
  std::uint64_t part_size = 0;                          // kPartTooSmall
};

template <class T>
using Outcome = tl::expected<T, ProblemReport>;

[[nodiscard]] inline tl::unexpected<ProblemReport> refuse(ProblemReport report) {
  return tl::unexpected<ProblemReport>(std::move(report));
}
[[nodiscard]] inline tl::unexpected<ProblemReport> refuse(Problem problem) {
  return refuse(ProblemReport{problem});
}

}  // namespace kennel::objects
