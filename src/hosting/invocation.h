// The photos of one POST /invocations: out of any body that clients of image classifiers send.
// Pure; the bytes are foreign.
//
//   image/*, application/octet-stream, application/x-image   one photo
//   application/json   {"url": "https://..."}, {"image": "<base64>"} or {"instances": [those,
//   ...]},
//                      each with "top": N beside it
//   multipart/form-data   a photo for each part with a file name, a "url", a "top"
//
// Where a type says nothing (none, octet-stream, what curl calls any body), a body that begins
// with { is JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "hosting/refusal.h"

namespace kennel::hosting {

struct PhotoUrl {
  std::string url;
  bool operator==(const PhotoUrl&) const = default;
};
using PhotoSource = std::variant<base::Bytes, PhotoUrl>;

struct Invocation {
  std::vector<PhotoSource> photos;  // at least one
  bool several = false;             // they came as a list, and so goes the answer
  std::optional<int> top;           // how many labels are wanted
};

inline constexpr std::size_t kInstancesMax = 64;
inline constexpr int kTopMax = 1000;

// 400 for a body that is not what its type says, 415 for a type that is none of these; both say
// what would be right.
[[nodiscard]] Outcome<Invocation> parse_invocation(std::string_view content_type, base::Bytes body);

}  // namespace kennel::hosting
