#include "base/digest.h"

#include <openssl/evp.h>

namespace kennel::base {

std::string Digest::hex() const { return to_hex(bytes); }

Hasher::Hasher() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "SHA-256 is available");
}

Hasher::~Hasher() = default;

Hasher& Hasher::update(ByteView bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "hashing works");
  return *this;
}

Hasher& Hasher::update_field(std::string_view text) {
  const std::uint64_t size = text.size();
  update({reinterpret_cast<const std::uint8_t*>(&size), sizeof size});
  return update(as_bytes(text));
}

Digest Hasher::finish() {
  Digest digest;
  check(EVP_DigestFinal_ex(context_.get(), digest.bytes.data(), nullptr) == 1, "hashing ends");
  return digest;
}

Digest sha256(ByteView bytes) { return Hasher().update(bytes).finish(); }

}  // namespace kennel::base
