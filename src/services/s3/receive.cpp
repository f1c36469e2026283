#include "services/s3/receive.h"

#include <fmt/format.h>

#include <algorithm>

#include "aio/on_pool.h"
#include "http/message.h"
#include "wire/refused_request.h"

namespace kennel::services::s3 {
namespace {

using wire::Outcome;

// Large enough that a hop to the pool does not count, small enough for hundreds of uploads.
constexpr std::size_t kPieceBytes = 256 * base::kKiB;

constexpr std::string_view kChecksumField = "x-amz-checksum-";

// "CRC32" of "x-amz-checksum-crc32".
std::string algorithm_of_field(std::string_view name) {
  std::string algorithm(name.substr(kChecksumField.size()));
  std::ranges::transform(algorithm, algorithm.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  return algorithm;
}

// The algorithm that the trailer will tell the checksum of.
std::optional<std::string> announced_algorithm(const http::RequestHead* head) {
  if (head == nullptr) return std::nullopt;
  std::string trailer = base::to_lower(head->find("x-amz-trailer").value_or(""));
  const auto at = trailer.find(kChecksumField);
  if (at == std::string::npos) return std::nullopt;
  trailer = trailer.substr(at, trailer.find_first_of(", ", at) - at);
  return algorithm_of_field(trailer);
}

Outcome<void> check_is_digest(std::string_view name, const std::string& value, std::size_t size) {
  const auto bytes = base::from_base64(value);
  if (bytes && bytes->size() == size) return {};
  if (name == "Content-MD5") {
    return fail("InvalidDigest", 400, "The Content-MD5 you specified was invalid.",
                {{"Content-MD5", wire::show(value)}});
  }
  return fail(
      "InvalidRequest", 400,
      fmt::format("Value for {}{} header is invalid.", kChecksumField, base::to_lower(name)));
}

std::size_t digest_bytes(base::ChecksumAlgorithm algorithm) {
  return base::Checksum(algorithm).finish().size();
}

struct Piece {
  base::Bytes bytes;
  bool last = false;
};

// Fills a piece as far as the body goes.
aio::Task<Outcome<Piece>> read_piece(wire::BodyStream& body, std::size_t size) {
  Piece piece{base::Bytes(size)};
  std::size_t filled = 0;
  while (filled < size) {
    auto reading = body.read(std::span(piece.bytes).subspan(filled));
    KENNEL_CO_TRY(const std::size_t got, co_await std::move(reading));
    if (got == 0) {
      piece.last = true;
      break;
    }
    filled += got;
  }
  piece.bytes.resize(filled);
  co_return piece;
}

}  // namespace

Outcome<void> check_length(const wire::BodyStream& body) {
  if (body.length_max()) return {};
  return fail("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
}

Outcome<Promise> make_promise(const std::optional<std::string>& content_md5,
                              const std::optional<std::string>& algorithm,
                              std::optional<GivenChecksum> given, const wire::BodyStream& body,
                              const http::RequestHead* head) {
  Promise promise{.content_md5 = content_md5, .checksum = std::move(given)};
  promise.sha256 = body.sha256();
  if (content_md5) KENNEL_TRY_VOID(check_is_digest("Content-MD5", *content_md5, 16));
  if (promise.checksum) {
    KENNEL_TRY(const auto known, to_algorithm(promise.checksum->algorithm));
    KENNEL_TRY_VOID(
        check_is_digest(promise.checksum->algorithm, promise.checksum->value, digest_bytes(known)));
  } else if (const auto announced = announced_algorithm(head)) {
    promise.checksum = GivenChecksum{*announced, ""};
    KENNEL_TRY_VOID(to_algorithm(*announced));
  } else if (algorithm) {
    KENNEL_TRY_VOID(to_algorithm(*algorithm));
    promise.kept_algorithm = *algorithm;
  }
  if (promise.checksum) promise.kept_algorithm = promise.checksum->algorithm;
  return promise;
}

Intake::Intake(store::Blobs& blobs, Promise promise)
    : blobs_(blobs),
      promise_(std::move(promise)),
      kept_(*objects::find_checksum_algorithm(promise_.kept_algorithm)) {
  if (sums_twice()) given_.emplace(*objects::find_checksum_algorithm(promise_.checksum->algorithm));
}

void Intake::append(base::ByteView bytes) {
  if (bytes.empty()) return;
  if (!writer_) writer_ = blobs_.begin();
  writer_->append(bytes);
  md5_.update(bytes);
  kept_.update(bytes);
  if (given_) given_->update(bytes);
  size_ += bytes.size();
}

Outcome<void> Intake::check_checksum(const std::string& value, const base::Fields& trailers) const {
  if (!promise_.checksum) return {};
  std::string said = promise_.checksum->value;
  if (said.empty()) {
    const auto trailer =
        base::find_field(trailers, std::string(kChecksumField) + promise_.checksum->algorithm);
    if (!trailer) {
      return fail("MalformedTrailerError", 400,
                  "The request contained trailing data that was not well-formed or did not conform "
                  "to our published schema.");
    }
    said = *trailer;
  }
  if (said != value) return bad_digest(promise_.checksum->algorithm);
  return {};
}

Outcome<Received> Intake::finish(const base::Fields& trailers) {
  Received received;
  const auto md5 = md5_.finish();
  const std::string value = base::to_base64(kept_.finish());
  if (promise_.content_md5 && *promise_.content_md5 != base::to_base64(md5)) {
    return bad_digest("Content-MD5");
  }
  KENNEL_TRY_VOID(check_checksum(given_ ? base::to_base64(given_->finish()) : value, trailers));
  objects::Content& content = received.content;
  content.size = size_;
  content.etag = base::to_hex(md5);
  content.checksum = objects::StoredChecksum{promise_.kept_algorithm, objects::kFullObject, value};
  if (!writer_) {
    if (promise_.sha256 && *promise_.sha256 != base::sha256({})) {
      return wire::refuse(wire::wrong_payload(kService));
    }
    return received;
  }
  store::StagedBlob blob = writer_->finish();
  if (promise_.sha256 && *promise_.sha256 != blob.digest()) {
    return wire::refuse(wire::wrong_payload(kService));
  }
  content.extents = {{blob.digest(), 0, size_, 0}};
  received.blob = std::move(blob);
  return received;
}

aio::Task<Outcome<base::Bytes>> pour(aio::Runtime& runtime, wire::BodyStream& body,
                                     std::shared_ptr<Intake> intake) {
  // One byte more than there is, so that the end is seen with the last of them.
  const std::size_t size = std::min<std::uint64_t>(body.length_max().value_or(0) + 1, kPieceBytes);
  auto first = read_piece(body, size);
  KENNEL_CO_TRY(Piece piece, co_await std::move(first));
  while (!piece.last) {
    const auto bytes = std::make_shared<base::Bytes>(std::move(piece.bytes));
    auto starting = aio::start_on_pool(runtime, [intake, bytes]() -> base::Result<void> {
      intake->append(*bytes);
      return {};
    });
    auto appending = co_await std::move(starting);
    auto reading = read_piece(body, size);
    auto next = co_await std::move(reading);
    auto waiting = appending.result();
    const base::Result<void> appended = co_await std::move(waiting);
    if (!appended) co_return wire::refuse(wire::throttled(kService));
    KENNEL_CO_TRY(piece, std::move(next));
  }
  co_return std::move(piece.bytes);
}

}  // namespace kennel::services::s3
