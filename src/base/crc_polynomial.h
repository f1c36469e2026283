// Arithmetic of CRCs: polynomials over GF(2) modulo the CRC's own. Bits are reflected, as in every
// CRC of S3: the highest of `width` bits is the coefficient of x^0, the lowest that of x^(width -
// 1).
#pragma once

#include <cstdint>

namespace kennel::base {

struct CrcPolynomial {
  int width;            // its degree: 32 or 64
  std::uint64_t terms;  // all but x^width
};

inline constexpr CrcPolynomial kCrc32Polynomial{32, 0xedb88320};
inline constexpr CrcPolynomial kCrc32cPolynomial{32, 0x82f63b78};
inline constexpr CrcPolynomial kCrc64NvmePolynomial{64, 0x9a6c9329ac4bc9b5};

constexpr std::uint64_t times_x(CrcPolynomial modulus, std::uint64_t value) {
  return (value >> 1) ^ ((value & 1) != 0 ? modulus.terms : 0);
}

// x^exponent, one step at a time.
constexpr std::uint64_t power_of_x(CrcPolynomial modulus, int exponent) {
  std::uint64_t power = std::uint64_t{1} << (modulus.width - 1);
  for (int step = 0; step < exponent; ++step) power = times_x(modulus, power);
  return power;
}

constexpr std::uint64_t multiply(CrcPolynomial modulus, std::uint64_t first, std::uint64_t second) {
  std::uint64_t product = 0;
  for (int power = 0; power < modulus.width; ++power) {
    product ^= ((first >> (modulus.width - 1 - power)) & 1) != 0 ? second : 0;
    second = times_x(modulus, second);
  }
  return product;
}

}  // namespace kennel::base
