#include "base/checksum.h"

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <openssl/evp.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string_view>

#include "base/crc64.h"
#include "base/crc_polynomial.h"
#include "base/error.h"

namespace kennel::base {
namespace {

DigestContext begin_digest(const EVP_MD* digest, std::string_view name) {
  DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (context == nullptr || EVP_DigestInit_ex(context.get(), digest, nullptr) != 1) {
    throw std::runtime_error(
        fmt::format("OpenSSL refuses {0}, which object storage needs: if this machine is in FIPS "
                    "mode, run kennel with an OPENSSL_CONF that allows {0}",
                    name));
  }
  return context;
}

DigestContext begin(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kSha1:
      return begin_digest(EVP_sha1(), "SHA-1");
    case ChecksumAlgorithm::kSha256:
      return begin_digest(EVP_sha256(), "SHA-256");
    default:
      return {nullptr, EVP_MD_CTX_free};
  }
}

void update_digest(evp_md_ctx_st* context, ByteView bytes) {
  check(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1, "hashing works");
}

void finish_digest(evp_md_ctx_st* context, std::span<std::uint8_t> digest) {
  check(EVP_MD_CTX_get_size(context) == static_cast<int>(digest.size()), "digests have one size");
  check(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1, "hashing ends");
}

// crc32_iscsi takes its length as an int, and leaves the inversions to its caller.
std::uint32_t advance_crc32c(std::uint32_t crc, ByteView bytes) {
  std::uint32_t state = ~crc;
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min<std::size_t>(bytes.size(), kGiB));
    state =
        crc32_iscsi(const_cast<std::uint8_t*>(piece.data()), static_cast<int>(piece.size()), state);
    bytes = bytes.subspan(piece.size());
  }
  return ~state;
}

Bytes to_big_endian(std::uint64_t value, int width) {
  Bytes bytes;
  for (int shift = width - 8; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  return bytes;
}

std::uint64_t from_big_endian(ByteView bytes, int width) {
  check(8 * bytes.size() == static_cast<std::size_t>(width), "a CRC has the size of its algorithm");
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  return value;
}

// A CRC's polynomial, and what 2^n more bytes multiply it by: x^(8 * 2^n), for n from 0 to 63.
struct CrcField {
  CrcPolynomial modulus;
  std::array<std::uint64_t, 64> shifts;
};

constexpr CrcField make_field(CrcPolynomial modulus) {
  CrcField field{modulus, {power_of_x(modulus, 8)}};
  for (std::size_t n = 1; n < field.shifts.size(); ++n) {
    field.shifts[n] = multiply(modulus, field.shifts[n - 1], field.shifts[n - 1]);
  }
  return field;
}

constexpr CrcField kCrc32Field = make_field(kCrc32Polynomial);
constexpr CrcField kCrc32cField = make_field(kCrc32cPolynomial);
constexpr CrcField kCrc64NvmeField = make_field(kCrc64NvmePolynomial);

const CrcField& get_field(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
      return kCrc32Field;
    case ChecksumAlgorithm::kCrc32c:
      return kCrc32cField;
    default:
      check(algorithm == ChecksumAlgorithm::kCrc64Nvme, "only CRCs have a polynomial");
      return kCrc64NvmeField;
  }
}

}  // namespace

Checksum::Checksum(ChecksumAlgorithm algorithm)
    : algorithm_(algorithm), context_(begin(algorithm)) {}

Checksum& Checksum::update(ByteView bytes) {
  switch (algorithm_) {
    case ChecksumAlgorithm::kCrc32:
      crc_ = crc32_gzip_refl(static_cast<std::uint32_t>(crc_), bytes.data(), bytes.size());
      break;
    case ChecksumAlgorithm::kCrc32c:
      crc_ = advance_crc32c(static_cast<std::uint32_t>(crc_), bytes);
      break;
    case ChecksumAlgorithm::kCrc64Nvme:
      crc_ = crc64_nvme(crc_, bytes);
      break;
    case ChecksumAlgorithm::kSha1:
    case ChecksumAlgorithm::kSha256:
      update_digest(context_.get(), bytes);
      break;
  }
  return *this;
}

Bytes Checksum::finish() {
  if (context_ == nullptr) return to_big_endian(crc_, get_field(algorithm_).modulus.width);
  Bytes digest(static_cast<std::size_t>(EVP_MD_CTX_get_size(context_.get())));
  finish_digest(context_.get(), digest);
  return digest;
}

Bytes combine_crc(ChecksumAlgorithm algorithm, ByteView first, ByteView second,
                  std::uint64_t second_length) {
  const CrcField& field = get_field(algorithm);
  const int width = field.modulus.width;
  std::uint64_t crc = from_big_endian(first, width);
  // The inversions at both ends of a CRC cancel out.
  for (std::size_t n = 0; second_length != 0; ++n, second_length >>= 1) {
    if ((second_length & 1) != 0) crc = multiply(field.modulus, crc, field.shifts[n]);
  }
  return to_big_endian(crc ^ from_big_endian(second, width), width);
}

Md5::Md5() : context_(begin_digest(EVP_md5(), "MD5")) {}

Md5& Md5::update(ByteView bytes) {
  update_digest(context_.get(), bytes);
  return *this;
}

std::array<std::uint8_t, 16> Md5::finish() {
  std::array<std::uint8_t, 16> digest;
  finish_digest(context_.get(), digest);
  return digest;
}

}  // namespace kennel::base
