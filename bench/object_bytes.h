// What the load client's objects hold: noise, made without any cost at the time it is sent.
//
// An object is blocks of 1 MiB, all the same random bytes, but each begins with the numbers of its
// object and of itself: no two objects and no two blocks are alike, so a store that keeps the same
// content once gains nothing. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kennel::load {

// A range of an object.
struct ObjectPart {
  std::uint64_t object = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

class ObjectBytes {
 public:
  static constexpr std::uint64_t kBlockBytes = 1 << 20;

  ObjectBytes();

  // The block's own beginning, which fills `stamp`, and what follows: from `offset` to the block's
  // end. Either may be empty, both never are.
  using Stamp = std::array<std::uint64_t, 2>;
  struct Piece {
    std::string_view stamp;
    std::string_view rest;
  };
  [[nodiscard]] Piece piece(std::uint64_t object, std::uint64_t offset, Stamp& stamp) const;

  [[nodiscard]] bool holds(std::uint64_t object, std::uint64_t offset,
                           std::string_view bytes) const;
  // 64 hex digits.
  [[nodiscard]] std::string sha256(const ObjectPart& part) const;

 private:
  // Gives `take` what the part holds, piece by piece, until it says false.
  template <class Take>
  bool each_piece(ObjectPart part, Take take) const;

  std::string block_;
};

}  // namespace kennel::load
