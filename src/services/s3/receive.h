// From the body of a request to a blob: summed, written and held against what the client said.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aio/runtime.h"
#include "base/checksum.h"
#include "http/message.h"
#include "objects/object.h"
#include "services/s3/words.h"
#include "store/blobs.h"
#include "wire/body_stream.h"

namespace kennel::services::s3 {

// What a client says of its bytes.
struct Promise {
  std::optional<std::string> content_md5 = {};  // base64
  std::optional<GivenChecksum> checksum = {};   // `value` empty: it comes in the trailer
  std::string kept_algorithm = "CRC64NVME";     // of what is kept beside the object
  std::optional<base::Digest> sha256 = {};      // as signed
};

// Bytes that came whole and are what the client said; `blob` is absent where there are none.
struct Received {
  objects::Content content;  // a single extent in slot 0, or none
  std::optional<store::StagedBlob> blob;
};

// On its way. Used by one thread at a time, of the pool.
class Intake {
 public:
  // The promise's algorithms are known ones.
  Intake(store::Blobs& blobs, Promise promise);

  void append(base::ByteView bytes);
  // Refused: BadDigest and its like; nothing is kept then.
  [[nodiscard]] wire::Outcome<Received> finish(const base::Fields& trailers);

 private:
  [[nodiscard]] wire::Outcome<void> check_checksum(const std::string& value,
                                                   const base::Fields& trailers) const;
  [[nodiscard]] bool sums_twice() const {
    return promise_.checksum && promise_.checksum->algorithm != promise_.kept_algorithm;
  }

  store::Blobs& blobs_;
  Promise promise_;
  std::unique_ptr<store::BlobWriter> writer_;
  base::Md5 md5_;
  base::Checksum kept_;
  std::optional<base::Checksum> given_;  // where the client sums otherwise
  std::uint64_t size_ = 0;
};

// Reads all of the body; the intake sums and writes on the pool meanwhile. Gives the last piece,
// which the caller appends, together with whatever else it has to do there.
[[nodiscard]] aio::Task<wire::Outcome<base::Bytes>> pour(aio::Runtime& runtime,
                                                         wire::BodyStream& body,
                                                         std::shared_ptr<Intake> intake);

// Refused: the request's length is not known.
[[nodiscard]] wire::Outcome<void> check_length(const wire::BodyStream& body);

// What the members of a request promise; `head`: where a trailer is announced. Refused: what cannot
// be a digest.
[[nodiscard]] wire::Outcome<Promise> make_promise(const std::optional<std::string>& content_md5,
                                                  const std::optional<std::string>& algorithm,
                                                  std::optional<GivenChecksum> given,
                                                  const wire::BodyStream& body,
                                                  const http::RequestHead* head);

}  // namespace kennel::services::s3
