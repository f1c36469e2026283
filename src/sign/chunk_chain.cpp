#include "sign/chunk_chain.h"

#include "sign/hmac.h"
#include "sign/refusal.h"
#include "sign/timestamp.h"

namespace kennel::sign {

ChunkChain::ChunkChain(const Claim& claim, const SigningKey& key)
    : key_(key),
      time_and_scope_(to_iso_basic(claim.signed_at) + "\n" + claim.scope.text() + "\n"),
      previous_(claim.signature) {}

Checked<void> ChunkChain::check_chunk(base::ByteView data, std::string_view signature) {
  static const std::string kHashOfNothing = to_hex(base::sha256({}));
  std::string to_sign = "AWS4-HMAC-SHA256-PAYLOAD\n";
  to_sign.append(time_and_scope_).append(previous_).append("\n");
  to_sign.append(kHashOfNothing).append("\n");
  append_hex(to_sign, base::sha256(data));
  return check(std::move(to_sign), signature);
}

Checked<void> ChunkChain::check_trailers(std::string_view canonical, std::string_view signature) {
  std::string to_sign = "AWS4-HMAC-SHA256-TRAILER\n";
  to_sign.append(time_and_scope_).append(previous_).append("\n");
  append_hex(to_sign, base::sha256(base::as_bytes(canonical)));
  return check(std::move(to_sign), signature);
}

Checked<void> ChunkChain::check(std::string to_sign, std::string_view signature) {
  std::string expected = to_hex(hmac_sha256(key_.bytes, to_sign));
  if (!equal_in_constant_time(expected, signature)) {
    return tl::unexpected(Refusal{.reason = RefusalReason::kWrongPayload,
                                  .message = std::string(kSignatureDoesNotMatch),
                                  .string_to_sign = std::move(to_sign)});
  }
  previous_ = std::move(expected);
  return {};
}

}  // namespace kennel::sign
