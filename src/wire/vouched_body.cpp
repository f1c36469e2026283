#include "wire/vouched_body.h"

#include <algorithm>
#include <cstring>

#include "wire/refused_request.h"

namespace kennel::wire {
namespace {

constexpr std::size_t kRawBytes = 64 * base::kKiB;

bool is_chunked(sign::Payload payload) {
  return payload == sign::Payload::kSignedChunks ||
         payload == sign::Payload::kSignedChunksTrailer ||
         payload == sign::Payload::kUnsignedChunksTrailer;
}

std::vector<std::string> announced_trailers(const http::RequestHead& head) {
  std::vector<std::string> names;
  std::string_view list = head.find("x-amz-trailer").value_or("");
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string name = base::to_lower(list.substr(0, comma));
    std::erase(name, ' ');
    if (!name.empty()) names.push_back(std::move(name));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

std::optional<std::uint64_t> decoded_length(const http::RequestHead& head) {
  const auto text = head.find("x-amz-decoded-content-length");
  if (!text || text->empty() || text->size() > 18 ||
      text->find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::stoull(std::string(*text));
}

std::optional<base::Digest> hashed_as(const sign::Claim& claim) {
  if (claim.payload != sign::Payload::kHashed || !claim.payload_hash) return std::nullopt;
  const auto bytes = base::from_hex(*claim.payload_hash);
  base::Digest digest;
  base::check(bytes && bytes->size() == digest.bytes.size(), "a claim's hash is 64 hex digits");
  std::ranges::copy(*bytes, digest.bytes.begin());
  return digest;
}

}  // namespace

Outcome<std::unique_ptr<VouchedBody>> VouchedBody::open(Exchange& exchange,
                                                        const sign::Claim& claim,
                                                        const sign::SigningKey& key,
                                                        std::uint64_t bytes_max) {
  std::unique_ptr<VouchedBody> body(new VouchedBody(exchange, bytes_max));
  body->sha256_ = hashed_as(claim);
  body->length_ = exchange.body.length();
  if (is_chunked(claim.payload)) {
    body->length_ = decoded_length(exchange.head);
    if (!body->length_) {
      return refuse(broken_body(
          *exchange.service, "An aws-chunked body needs x-amz-decoded-content-length, a number."));
    }
    body->chunks_.emplace(claim, key, *body->length_, announced_trailers(exchange.head));
    body->raw_.resize(kRawBytes);
  }
  if (body->length_.value_or(0) > bytes_max) {
    return refuse(body_too_large(*exchange.service, bytes_max));
  }
  return body;
}

Outcome<void> VouchedBody::held(const sign::Checked<void>& checked) const {
  if (checked) return {};
  if (checked.error().reason == sign::RefusalReason::kMalformed) {
    return refuse(broken_body(*exchange_.service, checked.error().message));
  }
  return refuse(refused_signature(*exchange_.service, checked.error()));
}

base::Fields VouchedBody::trailers() const {
  return chunks_ ? chunks_->trailers() : base::Fields{};
}

aio::Task<Outcome<std::size_t>> VouchedBody::receive(std::span<std::uint8_t> into) {
  aio::Task<base::Result<std::size_t>> reading = exchange_.body.read(into);
  const base::Result<std::size_t> got = co_await std::move(reading);
  if (!got) co_return refuse(broken_body(*exchange_.service, got.error().message));
  exchange_.bytes_in += *got;
  co_return *got;
}

aio::Task<Outcome<std::size_t>> VouchedBody::read_chunks(std::span<std::uint8_t> into) {
  while (taken_ == decoded_.size() && !ended_) {
    aio::Task<Outcome<std::size_t>> receiving = receive(raw_);
    KENNEL_CO_TRY(const std::size_t got, co_await std::move(receiving));
    decoded_.clear();
    taken_ = 0;
    ended_ = got == 0;
    if (ended_) {
      KENNEL_CO_TRY_VOID(held(chunks_->finish()));
    } else {
      KENNEL_CO_TRY_VOID(held(chunks_->feed(base::ByteView(raw_).first(got), decoded_)));
    }
  }
  const std::size_t count = std::min(into.size(), decoded_.size() - taken_);
  if (count > 0) std::memcpy(into.data(), decoded_.data() + taken_, count);
  taken_ += count;
  co_return count;
}

aio::Task<Outcome<std::size_t>> VouchedBody::read(std::span<std::uint8_t> into) {
  aio::Task<Outcome<std::size_t>> reading = chunks_ ? read_chunks(into) : receive(into);
  KENNEL_CO_TRY(const std::size_t got, co_await std::move(reading));
  given_ += got;
  if (given_ > bytes_max_) co_return refuse(body_too_large(*exchange_.service, bytes_max_));
  co_return got;
}

}  // namespace kennel::wire
