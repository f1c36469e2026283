// The messages between the instances of a job, as bytes. Pure functions; nothing is trusted.
//
//   0   4  magic "KNX1"          4   4  kind
//   8   8  length of the payload 16  8  XXH3-64 of bytes 0 to 16 and the payload
//   24     payload
//
// The others say hello (JSON), send photos (binary, see encode_photos) and done (JSON: how many);
// algo-1 answers with thanks, or either side with an error (text). Little-endian.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "dataset/dataset.h"

namespace kennel::instance {

enum class FrameKind : std::uint32_t { kHello = 1, kPhotos, kDone, kThanks, kError };

struct Frame {
  FrameKind kind = FrameKind::kError;
  base::Bytes payload;
};

inline constexpr std::size_t kFrameHeaderSize = 24;
inline constexpr std::uint64_t kPayloadMax = 32 * base::kMiB;

struct FrameHeader {
  FrameKind kind = FrameKind::kError;
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;
};

[[nodiscard]] base::Bytes encode_frame(const Frame& frame);
// kCorrupt: another protocol, an unknown kind, a payload beyond the limit.
[[nodiscard]] base::Result<FrameHeader> parse_header(base::ByteView bytes);
// kCorrupt: the checksum is another.
[[nodiscard]] base::Result<Frame> to_frame(const FrameHeader& header, base::Bytes payload);

// Who speaks, and what the features are of.
struct Hello {
  std::string host;
  std::string token;  // what the platform gave to this job's instances
  std::string space;  // the feature space's digest, in hex
};
[[nodiscard]] Frame to_frame(const Hello& hello);
[[nodiscard]] base::Result<Hello> parse_hello(const Frame& frame);

// A photo of some instance with its features.
struct SharedPhoto {
  dataset::Split split = dataset::Split::kTrain;
  std::string class_name;
  std::string path;  // below input/data
  base::Digest digest;
  std::vector<float> features;
};
[[nodiscard]] Frame to_frame(std::span<const SharedPhoto> photos, int width);
// kCorrupt: lengths that don't add up, a path that leads out of the folder or is no plain one, a
// class that cannot be, features that are no numbers.
[[nodiscard]] base::Result<std::vector<SharedPhoto>> parse_photos(const Frame& frame, int width);

[[nodiscard]] Frame to_done(std::uint64_t photos);
[[nodiscard]] base::Result<std::uint64_t> parse_done(const Frame& frame);

// An error's text as it may be shown: one line, not too long.
[[nodiscard]] std::string error_text(const Frame& frame);

}  // namespace kennel::instance
