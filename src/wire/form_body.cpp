#include "wire/form_body.h"

#include <algorithm>
#include <cstring>

#include "http/parameters.h"
#include "wire/refused_request.h"

namespace kennel::wire {
namespace {

constexpr std::size_t kRawBytes = 64 * base::kKiB;

}  // namespace

aio::Task<Outcome<std::unique_ptr<FormBody>>> FormBody::open(Exchange& exchange) {
  const auto boundary = http::find_form_boundary(exchange.head.find("content-type").value_or(""));
  if (!boundary) {
    co_return refuse({"MalformedPOSTRequest", 400,
                      "The body of your POST request is not well-formed multipart/form-data: the "
                      "Content-Type names no boundary."});
  }
  std::unique_ptr<FormBody> form(new FormBody(exchange, *boundary));
  form->raw_.resize(kRawBytes);
  while (!form->parser_.in_file()) {
    aio::Task<Outcome<void>> receiving = form->receive();
    KENNEL_CO_TRY_VOID(co_await std::move(receiving));
  }
  co_return form;
}

std::optional<std::uint64_t> FormBody::length_max() const { return exchange_.body.length(); }

aio::Task<Outcome<void>> FormBody::receive() {
  aio::Task<base::Result<std::size_t>> reading = exchange_.body.read(raw_);
  const base::Result<std::size_t> got = co_await std::move(reading);
  if (!got) co_return refuse(broken_body(*exchange_.service, got.error().message));
  exchange_.bytes_in += *got;
  if (*got > 0) co_return parser_.feed(base::ByteView(raw_).first(*got), file_);
  ended_ = true;
  co_return parser_.finish();
}

Outcome<void> FormBody::check_size() const {
  if (given_ > range_.max) {
    // What is still to come counts too, where the client said how much that is.
    const std::uint64_t around = parser_.bytes_around_file();
    const std::uint64_t whole = exchange_.body.length().value_or(0);
    return refuse(file_too_large(std::max(given_, whole - std::min(whole, around)), range_));
  }
  if (ended_ && given_ < range_.min) return refuse(file_too_small(given_, range_));
  return {};
}

aio::Task<Outcome<std::size_t>> FormBody::read(std::span<std::uint8_t> into) {
  while (taken_ == file_.size() && !ended_) {
    file_.clear();
    taken_ = 0;
    aio::Task<Outcome<void>> receiving = receive();
    KENNEL_CO_TRY_VOID(co_await std::move(receiving));
  }
  const std::size_t count = std::min(into.size(), file_.size() - taken_);
  if (count > 0) std::memcpy(into.data(), file_.data() + taken_, count);
  taken_ += count;
  given_ += count;
  if (count == 0 || given_ > range_.max) KENNEL_CO_TRY_VOID(check_size());
  co_return count;
}

}  // namespace kennel::wire
