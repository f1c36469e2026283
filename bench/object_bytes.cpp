#include "object_bytes.h"

#include <algorithm>
#include <random>

#include "base/digest.h"

namespace kennel::load {

ObjectBytes::ObjectBytes() : block_(kBlockBytes, '\0') {
  std::mt19937 random(1);
  std::ranges::generate(block_, [&random] { return static_cast<char>(random()); });
}

ObjectBytes::Piece ObjectBytes::piece(std::uint64_t object, std::uint64_t offset,
                                      Stamp& stamp) const {
  stamp = {object, offset / kBlockBytes};
  const std::uint64_t in_block = offset % kBlockBytes;
  const std::string_view start(reinterpret_cast<const char*>(stamp.data()), sizeof stamp);
  return {start.substr(std::min(in_block, start.size())),
          std::string_view(block_).substr(std::max(in_block, start.size()))};
}

template <class Take>
bool ObjectBytes::each_piece(ObjectPart part, Take take) const {
  Stamp stamp{};
  while (part.size > 0) {
    const Piece whole = piece(part.object, part.offset, stamp);
    for (std::string_view bytes : {whole.stamp, whole.rest}) {
      bytes = bytes.substr(0, part.size);
      if (!take(bytes)) return false;
      part.offset += bytes.size();
      part.size -= bytes.size();
    }
  }
  return true;
}

bool ObjectBytes::holds(std::uint64_t object, std::uint64_t offset, std::string_view bytes) const {
  return each_piece({object, offset, bytes.size()}, [&bytes](std::string_view expected) {
    const bool same = bytes.starts_with(expected);
    bytes.remove_prefix(expected.size());
    return same;
  });
}

std::string ObjectBytes::sha256(const ObjectPart& part) const {
  base::Hasher hasher;
  each_piece(part, [&hasher](std::string_view bytes) {
    hasher.update(base::as_bytes(bytes));
    return true;
  });
  return hasher.finish().hex();
}

}  // namespace kennel::load
