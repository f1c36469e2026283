// Bodies in the chunked transfer coding (RFC 9112, section 7.1), decoded as the bytes come.
//
// Strict: no bare LF, no blanks, no signs, and a limit on everything that is not the body itself.
// Trailers are read and forgotten. Pure; one decoder a body.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace kennel::http {

class ChunkDecoder {
 public:
  struct Step {
    std::size_t consumed = 0;  // of the input
    std::string_view data;  // a part of the consumed input that belongs to the body; may be empty
  };

  // Takes what it can, up to the end of one piece of data of at most `data_max` bytes. Consumes all
  // of the input, unless it gives data or is done. kInvalid: broken framing, for good.
  [[nodiscard]] base::Result<Step> decode(std::string_view input, std::size_t data_max);

  // The body and its trailers are complete: what follows belongs to the next request.
  [[nodiscard]] bool done() const { return place_ == Place::kDone; }
  // Bytes of the current chunk that are still to come: they may be read around the decoder.
  [[nodiscard]] std::uint64_t data_left() const { return place_ == Place::kData ? left_ : 0; }
  void skip_data(std::uint64_t count);

 private:
  // kSize -> kData -> kDataEnd -> kSize ... ; a size of 0 -> kTrailer -> kDone
  enum class Place { kSize, kData, kDataEnd, kTrailer, kDone, kBroken };

  base::Result<std::size_t> take_line_part(std::string_view input, std::size_t line_max);
  base::Result<void> end_line();
  base::Result<void> begin_chunk();
  base::Result<void> end_trailer();
  tl::unexpected<base::Error> refuse(std::string message);

  Place place_ = Place::kSize;
  std::string line_;  // what came of the current line
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace kennel::http
