// The signatures of a signed aws-chunked body: each chunk's covers the one before it, the first the
// request's own. One body, one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "sign/sigv4.h"

namespace kennel::sign {

class ChunkChain {
 public:
  ChunkChain(const Claim& claim, const SigningKey& key);

  // Whether `signature` is the next chunk's, and steps on if so.
  [[nodiscard]] Checked<void> check_chunk(base::ByteView data, std::string_view signature);
  // The last link: over "name:value\n" of every trailer, sorted by name.
  [[nodiscard]] Checked<void> check_trailers(std::string_view canonical,
                                             std::string_view signature);

 private:
  [[nodiscard]] Checked<void> check(std::string to_sign, std::string_view signature);

  SigningKey key_;
  std::string time_and_scope_;
  std::string previous_;
};

}  // namespace kennel::sign
