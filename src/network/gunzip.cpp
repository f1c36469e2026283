#include "network/gunzip.h"

#include <fmt/format.h>

#include <algorithm>

namespace kennel::network {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t kPieceSize = 256 * base::kKiB;
constexpr int kGzipOnly = 15 + 16;  // zlib: the largest window, a gzip header
// Small archives may well shrink a lot.
constexpr std::uint64_t kRatioCheckedFrom = 16 * base::kMiB;

// Archivers fill their last block with zeros, and gzip(1) passes over them as well.
bool is_padding(base::ByteView given, base::ByteView rest) {
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  return std::ranges::all_of(given, is_zero) && std::ranges::all_of(rest, is_zero);
}

}  // namespace

Gunzip::Gunzip(base::ByteView packed, const ArchiveLimits& limits)
    : packed_(packed), limits_(limits), piece_(kPieceSize) {
  base::check(inflateInit2(&stream_, kGzipOnly) == Z_OK, "zlib can be set up");
}

Gunzip::~Gunzip() { inflateEnd(&stream_); }

// zlib counts what it is given in 32 bits.
void Gunzip::feed() {
  if (stream_.avail_in > 0) return;
  const std::size_t size = std::min<std::size_t>(packed_.size(), base::kGiB);
  stream_.next_in = const_cast<Bytef*>(packed_.data());
  stream_.avail_in = static_cast<uInt>(size);
  packed_ = packed_.subspan(size);
}

Result<base::ByteView> Gunzip::next() {
  if (finished_) return base::ByteView{};
  stream_.next_out = piece_.data();
  stream_.avail_out = static_cast<uInt>(piece_.size());
  while (stream_.avail_out > 0 && !finished_) {
    feed();
    const int status = inflate(&stream_, Z_NO_FLUSH);
    finished_ = status == Z_STREAM_END;
    if (status == Z_BUF_ERROR) return fail(ErrorKind::kCorrupt, "truncated gzip stream");
    if (status != Z_OK && status != Z_STREAM_END) {
      return fail(ErrorKind::kCorrupt, fmt::format("damaged gzip stream: {}",
                                                   stream_.msg != nullptr ? stream_.msg : "zlib"));
    }
  }
  if (finished_ && !is_padding({stream_.next_in, stream_.avail_in}, packed_)) {
    return fail(ErrorKind::kCorrupt, fmt::format("{} bytes after the end of the gzip stream",
                                                 stream_.avail_in + packed_.size()));
  }
  const std::size_t size = piece_.size() - stream_.avail_out;
  produced_ += size;
  KENNEL_TRY_VOID(check_limits());
  return base::ByteView(piece_).first(size);
}

Result<void> Gunzip::check_limits() const {
  if (produced_ > limits_.total_bytes_max) {
    return fail(ErrorKind::kTooLarge, fmt::format("it unpacks to more than the limit of {}",
                                                  base::to_human_size(limits_.total_bytes_max)));
  }
  const auto allowed = static_cast<double>(stream_.total_in) * limits_.ratio_max;
  if (produced_ > kRatioCheckedFrom && static_cast<double>(produced_) > allowed) {
    return fail(ErrorKind::kTooLarge,
                fmt::format("it unpacks to more than {} times its size", limits_.ratio_max));
  }
  return {};
}

}  // namespace kennel::network
