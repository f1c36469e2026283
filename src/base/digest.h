// SHA-256, the identity of every piece of content: photos, weights, packages.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

struct evp_md_ctx_st;

namespace kennel::base {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;
  [[nodiscard]] std::string hex() const;
};

struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};

// Hashes what is fed to it piece by piece. One thread at a time; `finish` once.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& update(ByteView bytes);
  // Feeds the length too, so that ("ab", "c") and ("a", "bc") differ.
  Hasher& update_field(std::string_view text);
  [[nodiscard]] Digest finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

[[nodiscard]] Digest sha256(ByteView bytes);

}  // namespace kennel::base
