// The bytes of a connection that came and were not taken yet.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace kennel::http {

class Input {
 public:
  [[nodiscard]] std::string_view pending() const {
    return base::as_text(base::ByteView(bytes_).subspan(begin_, end_ - begin_));
  }

  void consume(std::size_t count) {
    base::check(count <= end_ - begin_, "only what came is taken");
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Where more can be put, at least a byte; makes room for it.
  [[nodiscard]] std::span<std::uint8_t> room() {
    if (begin_ > 0 && end_ == bytes_.size()) compact();
    if (end_ == bytes_.size()) bytes_.resize(std::max(kInitialBytes, 2 * bytes_.size()));
    return std::span(bytes_).subspan(end_);
  }

  void added(std::size_t count) { end_ += count; }

  // Gives back what one long head took; an idle connection holds little.
  void shrink_if_empty() {
    if (begin_ == end_ && bytes_.size() > kInitialBytes) bytes_ = base::Bytes(kInitialBytes);
  }

 private:
  static constexpr std::size_t kInitialBytes = 4 * base::kKiB;

  void compact() {
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
              bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
    end_ -= begin_;
    begin_ = 0;
  }

  base::Bytes bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace kennel::http
