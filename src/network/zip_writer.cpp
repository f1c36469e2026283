#include <zlib.h>

#include <concepts>

#include "network/zip.h"
#include "network/zip_format.h"

namespace kennel::network {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLocalHeaderSize = 30;
constexpr std::size_t kExtraHeaderSize = 4;
constexpr std::uint16_t kPaddingId = 0x4246;        // "FB": the field that PyTorch pads with
constexpr std::uint16_t kVersionNeeded = 10;        // stored members
constexpr std::uint32_t kFirstOf1980 = 0x00210000;  // MS-DOS date and time: the format's epoch

template <std::unsigned_integral T>
void put(base::Bytes& bytes, T value) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof value);
}

void put(base::Bytes& bytes, base::ByteView data) {
  bytes.insert(bytes.end(), data.begin(), data.end());
}

// Bytes after the extra field's own header, so that the data after it is aligned.
std::uint16_t padding_after(std::size_t position) {
  return static_cast<std::uint16_t>((kAlignment - position % kAlignment) % kAlignment);
}

// What local and central headers have in common.
void put_facts(base::Bytes& bytes, std::string_view name, base::ByteView data) {
  put(bytes, kVersionNeeded);
  put(bytes, std::uint16_t{0});  // flags
  put(bytes, std::uint16_t{0});  // stored
  put(bytes, kFirstOf1980);
  put(bytes, static_cast<std::uint32_t>(crc32_z(0, data.data(), data.size())));
  put(bytes, static_cast<std::uint32_t>(data.size()));
  put(bytes, static_cast<std::uint32_t>(data.size()));
  put(bytes, static_cast<std::uint16_t>(name.size()));
}

}  // namespace

void ZipWriter::add(std::string_view name, base::ByteView data) {
  const auto offset = static_cast<std::uint32_t>(archive_.size());
  const std::uint16_t padding =
      padding_after(archive_.size() + kLocalHeaderSize + name.size() + kExtraHeaderSize);
  put(archive_, kZipLocalSignature);
  const std::size_t facts = archive_.size();
  put_facts(archive_, name, data);
  const std::size_t facts_size = archive_.size() - facts;
  put(archive_, static_cast<std::uint16_t>(kExtraHeaderSize + padding));
  put(archive_, base::as_bytes(name));
  put(archive_, kPaddingId);
  put(archive_, padding);
  archive_.resize(archive_.size() + padding);
  put(archive_, data);

  put(directory_, kZipCentralSignature);
  put(directory_, kVersionNeeded);  // made by
  put(directory_, base::ByteView(archive_).subspan(facts, facts_size));
  directory_.resize(directory_.size() + 2 + 2 + 2 + 2 + 4);  // no extra, comment, attributes
  put(directory_, offset);
  put(directory_, base::as_bytes(name));
  ++member_count_;
}

base::Bytes ZipWriter::finish() {
  const auto directory_offset = static_cast<std::uint32_t>(archive_.size());
  put(archive_, base::ByteView(directory_));
  put(archive_, kZipEndSignature);
  put(archive_, std::uint32_t{0});  // volumes
  put(archive_, member_count_);
  put(archive_, member_count_);
  put(archive_, static_cast<std::uint32_t>(directory_.size()));
  put(archive_, directory_offset);
  put(archive_, std::uint16_t{0});  // comment
  return std::move(archive_);
}

}  // namespace kennel::network
