#include "access/seal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/secure_random.h"

namespace kennel::access {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeadBytes = 1 + kNonceBytes;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const EVP_CIPHER* aes() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  base::check(kCipher != nullptr, "OpenSSL has no AES-256-GCM");
  return kCipher;
}

void must(int result) { base::check(result == 1, "OpenSSL refused to seal"); }

base::Result<MasterKey> read_key(const base::Path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    return base::fail(base::ErrorKind::kCorrupt,
                      fmt::format("others can read the key file {0}: run chmod 600 {0}, and take "
                                  "its secrets for known",
                                  file.string()));
  }
  KENNEL_TRY(const base::Bytes bytes, base::read_file(file, base::kKiB));
  MasterKey key{};
  if (bytes.size() != key.size()) {
    return base::fail(base::ErrorKind::kCorrupt,
                      fmt::format("{} is not a key of kennel: it has {} bytes, not {}",
                                  file.string(), bytes.size(), key.size()));
  }
  std::ranges::copy(bytes, key.begin());
  return key;
}

}  // namespace

base::Result<MasterKey> open_master_key(base::Disk& disk, const base::Path& file) {
  if (!std::filesystem::exists(file)) {
    base::write_secret(disk, file, base::secure_bytes(MasterKey{}.size()));
  }
  return read_key(file);
}

Seal::Seal(const MasterKey& key, std::string_view purpose) {
  const auto* text = reinterpret_cast<const unsigned char*>(purpose.data());
  base::check(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text, purpose.size(),
                   key_.data(), nullptr) != nullptr,
              "OpenSSL has no HMAC");
}

std::string Seal::seal(std::string_view text) const {
  base::Bytes sealed = base::secure_bytes(kHeadBytes);
  sealed[0] = kVersion;
  sealed.resize(kHeadBytes + text.size() + kTagBytes);
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  must(EVP_EncryptInit_ex2(cipher.get(), aes(), key_.data(), sealed.data() + 1, nullptr));
  must(EVP_EncryptUpdate(cipher.get(), sealed.data() + kHeadBytes, &length,
                         reinterpret_cast<const unsigned char*>(text.data()),
                         static_cast<int>(text.size())));
  must(EVP_EncryptFinal_ex(cipher.get(), sealed.data() + kHeadBytes + length, &length));
  must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                           sealed.data() + kHeadBytes + text.size()));
  return base::to_base64(sealed);
}

std::optional<std::string> Seal::open(std::string_view sealed) const {
  std::optional<base::Bytes> bytes = base::from_base64(sealed);
  if (!bytes || bytes->size() < kHeadBytes + kTagBytes || bytes->front() != kVersion) {
    return std::nullopt;
  }
  std::string text(bytes->size() - kHeadBytes - kTagBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  must(EVP_DecryptInit_ex2(cipher.get(), aes(), key_.data(), bytes->data() + 1, nullptr));
  must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                           bytes->data() + bytes->size() - kTagBytes));
  must(EVP_DecryptUpdate(cipher.get(), out, &length, bytes->data() + kHeadBytes,
                         static_cast<int>(text.size())));
  if (EVP_DecryptFinal_ex(cipher.get(), out + length, &length) != 1) return std::nullopt;
  return text;
}

}  // namespace kennel::access
