#include "sign/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/error.h"

namespace kennel::sign {
namespace {

using MacContext = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

MacContext make_context() {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(
      EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
  MacContext context(EVP_MAC_CTX_new(mac.get()), EVP_MAC_CTX_free);
  std::array<char, 7> digest_name{"SHA256"};
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0),
      OSSL_PARAM_construct_end()};
  base::check(EVP_MAC_CTX_set_params(context.get(), parameters.data()) == 1,
              "HMAC-SHA-256 is available");
  return context;
}

}  // namespace

base::Digest hmac_sha256(base::ByteView key, std::string_view message) {
  // Looking the algorithms up takes OpenSSL 3 longer than the work itself: once a thread is enough.
  thread_local const MacContext context = make_context();
  base::Digest digest;
  std::size_t size = 0;
  const base::ByteView bytes = base::as_bytes(message);
  const bool done = EVP_MAC_init(context.get(), key.data(), key.size(), nullptr) == 1 &&
                    EVP_MAC_update(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_MAC_final(context.get(), digest.bytes.data(), &size, 32) == 1;
  base::check(done && size == digest.bytes.size(), "HMAC works");
  return digest;
}

std::array<std::uint8_t, 20> hmac_sha1(base::ByteView key, std::string_view message) {
  std::array<std::uint8_t, 20> digest{};
  std::size_t size = 0;
  const base::ByteView bytes = base::as_bytes(message);
  const bool done =
      EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, key.data(), key.size(), bytes.data(),
                bytes.size(), digest.data(), digest.size(), &size) != nullptr;
  base::check(done && size == digest.size(), "HMAC works");
  return digest;
}

void append_hex(std::string& text, const base::Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : digest.bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
}

std::string to_hex(const base::Digest& digest) {
  std::string text;
  text.reserve(2 * digest.bytes.size());
  append_hex(text, digest);
  return text;
}

bool is_hex_digest(std::string_view text) {
  return text.size() == 2 * sizeof(base::Digest::bytes) &&
         std::ranges::all_of(text, [](char letter) {
           return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
         });
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace kennel::sign
