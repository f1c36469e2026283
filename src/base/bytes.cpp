#include "base/bytes.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>

namespace kennel::base {

std::string to_human_size(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string to_base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  const std::size_t end = text.find_last_not_of('=') + 1;
  const std::size_t padding = text.size() - end;
  // EVP_DecodeBlock skips blanks around the text and takes '=' anywhere.
  if (text.size() % 4 != 0 || padding > 2 ||
      text.substr(0, end).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                            "0123456789+/") != std::string_view::npos) {
    return std::nullopt;
  }
  Bytes bytes(text.size() / 4 * 3);
  if (!text.empty()) {
    const auto* letters = reinterpret_cast<const unsigned char*>(text.data());
    if (EVP_DecodeBlock(bytes.data(), letters, static_cast<int>(text.size())) < 0) {
      return std::nullopt;
    }
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string to_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0f];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes(text.size() / 2);
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    const char* begin = text.data() + 2 * index;
    const auto read = std::from_chars(begin, begin + 2, bytes[index], 16);
    if (read.ec != std::errc{} || read.ptr != begin + 2) return std::nullopt;
  }
  return bytes;
}

}  // namespace kennel::base
