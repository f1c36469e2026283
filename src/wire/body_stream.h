// The body of a request as an operation reads it, for those whose body is not part of the input:
// an object's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "aio/task.h"
#include "base/digest.h"
#include "base/field.h"
#include "wire/api_error.h"

namespace kennel::wire {

// Loop thread only, one read at a time. What comes out is what the client signed, as far as that
// can be known before the end: nothing may be done with it for good before `read` gave 0.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // How many bytes will come; nullopt: the client did not say.
  [[nodiscard]] virtual std::optional<std::uint64_t> length() const = 0;
  // No more than that will come: a form says how long it is, but not how much of it is its file.
  [[nodiscard]] virtual std::optional<std::uint64_t> length_max() const { return length(); }
  // What their SHA-256 must be, where the client signed it. Whoever reads the body checks it, as
  // it may need the digest anyway.
  [[nodiscard]] virtual std::optional<base::Digest> sha256() const = 0;
  // Up to `into.size()` bytes, or 0 once all came and their signatures held.
  [[nodiscard]] virtual aio::Task<Outcome<std::size_t>> read(std::span<std::uint8_t> into) = 0;
  // What came behind an aws-chunked body, after its end.
  [[nodiscard]] virtual base::Fields trailers() const = 0;
};

}  // namespace kennel::wire
