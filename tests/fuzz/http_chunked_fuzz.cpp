// Any bytes to the decoder of chunked bodies, at once and in pieces: both give the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "http/chunked.h"

namespace {

namespace base = kennel::base;
namespace http = kennel::http;

struct Decoded {
  bool broken = false;
  bool done = false;
  std::size_t consumed = 0;
  std::string body;
};

Decoded decode(std::string_view input, std::size_t piece, std::size_t data_max) {
  http::ChunkDecoder decoder;
  Decoded decoded;
  while (decoded.consumed < input.size() && !decoder.done()) {
    const auto step = decoder.decode(input.substr(decoded.consumed, piece), data_max);
    if (!step) {
      decoded.broken = true;
      return decoded;
    }
    base::check(step->consumed > 0 && step->consumed <= piece, "every step takes some");
    base::check(step->data.size() <= std::min(step->consumed, data_max), "data was in the input");
    decoded.consumed += step->consumed;
    decoded.body += step->data;
  }
  decoded.done = decoder.done();
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 16;
  const std::string_view input = base::as_text({data + 1, size - 1});
  const Decoded whole = decode(input, SIZE_MAX, SIZE_MAX);
  const Decoded pieces = decode(input, piece, 1 + data[0] / 16);
  base::check(whole.broken == pieces.broken, "pieces do not change what is broken");
  if (whole.broken) return 0;
  base::check(
      whole.done == pieces.done && whole.body == pieces.body && whole.consumed == pieces.consumed,
      "pieces do not change what is decoded");
  return 0;
}
