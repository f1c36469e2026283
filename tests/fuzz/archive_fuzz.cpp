// Any bytes to the reader of model packages. What is no gzip stream is packed first: the stream's
// checksum would otherwise keep the fuzzer out of the tar in it.
#include <zlib.h>

#include "network/archive.h"

namespace {

namespace base = kennel::base;

bool is_gzip(base::ByteView bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

base::Bytes gzip(base::ByteView bytes) {
  z_stream stream{};
  base::check(deflateInit2(&stream, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK,
              "zlib can be set up");
  base::Bytes packed(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  base::check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib packs");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const base::Bytes packed = is_gzip(input) ? base::Bytes(input.begin(), input.end()) : gzip(input);
  const auto files = kennel::network::parse_archive(packed, {.total_bytes_max = 64 * base::kMiB});
  if (!files) return 0;
  for (const auto& [name, bytes] : *files) {
    base::check(!name.starts_with('/') && !name.starts_with("../"), "names stay in their folder");
  }
  return 0;
}
