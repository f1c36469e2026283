// Making refusals: pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "sign/sigv4.h"

namespace kennel::sign {

inline constexpr std::string_view kSignatureDoesNotMatch =
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.";

[[nodiscard]] inline tl::unexpected<Refusal> refuse(RefusalReason reason, std::string message) {
  return tl::unexpected<Refusal>(Refusal{reason, std::move(message)});
}

[[nodiscard]] inline tl::unexpected<Refusal> refuse_malformed(std::string message) {
  return refuse(RefusalReason::kMalformed, std::move(message));
}

// A foreign value for a message: quoted, cut to a length people read, what is not printable ASCII
// as a question mark.
[[nodiscard]] inline std::string shown(std::string_view value) {
  constexpr std::size_t kLettersMax = 100;
  std::string text = "'";
  for (const char letter : value.substr(0, kLettersMax)) {
    text += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  text += value.size() > kLettersMax ? "...'" : "'";
  return text;
}

}  // namespace kennel::sign
