// A cursor over foreign bytes: whatever would run past their end is an error, never a read.
// One thread at a time; borrows the bytes.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <concepts>
#include <cstring>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace kennel::network {

static_assert(std::endian::native == std::endian::little, "tensors are little-endian in memory");

class ByteReader {
 public:
  explicit ByteReader(base::ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }

  [[nodiscard]] base::Result<base::ByteView> take(std::uint64_t count) {
    if (count > remaining()) {
      return base::fail(base::ErrorKind::kCorrupt,
                        fmt::format("truncated: {} more bytes are needed at byte {}, {} are left",
                                    count, position_, remaining()));
    }
    const base::ByteView taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
  }

  template <std::integral T>
  [[nodiscard]] base::Result<T> number() {
    KENNEL_TRY(const base::ByteView taken, take(sizeof(T)));
    T value;
    std::memcpy(&value, taken.data(), sizeof value);
    return value;
  }

  // Up to a line feed, which is passed over.
  [[nodiscard]] base::Result<std::string_view> line() {
    const std::size_t length = base::as_text(bytes_.subspan(position_)).find('\n');
    if (length == std::string_view::npos) {
      return base::fail(base::ErrorKind::kCorrupt,
                        fmt::format("truncated: the line at byte {} does not end", position_));
    }
    KENNEL_TRY(const base::ByteView taken, take(length + 1));
    return base::as_text(taken.first(length));
  }

 private:
  base::ByteView bytes_;
  std::size_t position_ = 0;
};

}  // namespace kennel::network
