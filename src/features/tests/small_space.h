// A space of a feature cache for tests: three values a photo.
#pragma once

#include <string>

#include "features/feature_cache.h"

namespace kennel::features {

inline constexpr int kWidth = 3;

inline SpaceKey key(const std::string& backbone = "tiny") {
  return {.backbone = backbone,
          .transform = "none",
          .precision = "f32",
          .engine = "test",
          .width = kWidth};
}

inline base::Digest photo(const std::string& name) { return base::sha256(base::as_bytes(name)); }

}  // namespace kennel::features
