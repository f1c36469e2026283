// An object's bytes on their way to a client, read on the pool one block at a time and sent from
// the loop thread. What does not match its checksum is not sent: the connection is cut.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>

#include "aio/on_pool.h"
#include "http/message.h"
#include "objects/content_reader.h"
#include "services/s3/conditions.h"

namespace kennel::services::s3 {

class ContentBody final : public http::BodyWriter {
 public:
  ContentBody(aio::Runtime& runtime, objects::ContentReader reader, ByteRange range)
      : runtime_(runtime),
        reader_(std::make_shared<objects::ContentReader>(std::move(reader))),
        at_(range.begin),
        end_(range.begin + range.length) {}

  // The first block, before the answer begins: so that damage there is told as an error.
  [[nodiscard]] base::Result<void> load() {
    if (at_ == end_) return {};
    KENNEL_TRY(loaded_, reader_->read(at_));
    return {};
  }

  aio::Task<base::Result<std::size_t>> next(std::span<std::uint8_t> into) override {
    if (at_ == end_) co_return 0;
    if (loaded_.empty()) {
      const auto work = [reader = reader_, at = at_] { return reader->read(at); };
      auto reading = aio::on_pool(runtime_, work);
      KENNEL_CO_TRY(loaded_, co_await std::move(reading));
    }
    const std::size_t count = std::min<std::uint64_t>({into.size(), loaded_.size(), end_ - at_});
    std::memcpy(into.data(), loaded_.data(), count);
    loaded_ = loaded_.subspan(count);
    at_ += count;
    co_return count;
  }

 private:
  aio::Runtime& runtime_;
  std::shared_ptr<objects::ContentReader> reader_;
  std::uint64_t at_;
  std::uint64_t end_;
  base::ByteView loaded_;  // what of the block is not sent yet
};

}  // namespace kennel::services::s3
