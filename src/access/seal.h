// Secrets at rest and in tokens: sealed with a key that lies in a file of its own.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/disk.h"
#include "base/error.h"

namespace kennel::access {

using MasterKey = std::array<std::uint8_t, 32>;

// Reads the key file; makes it, with mode 0600, where there is none. kCorrupt: it is not a key, or
// others may read it.
[[nodiscard]] base::Result<MasterKey> open_master_key(base::Disk& disk, const base::Path& file);

// AES-256-GCM with a key derived for one purpose, so that what was sealed for one is worthless for
// another. Safe from several threads.
class Seal {
 public:
  Seal(const MasterKey& key, std::string_view purpose);

  // Base64 of: version byte, nonce, ciphertext, tag.
  [[nodiscard]] std::string seal(std::string_view text) const;
  // nullopt: not sealed by this key for this purpose, or changed since.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed) const;

 private:
  std::array<std::uint8_t, 32> key_{};
};

}  // namespace kennel::access
