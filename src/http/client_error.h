// What goes wrong between a client and a server, told apart so that a caller can count it, or ask
// elsewhere.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace kennel::http {

enum class ClientErrorKind {
  kRefused,    // no connection: nobody listens there, or there is no way to it
  kUntrusted,  // TLS: the server's certificate is not trusted
  kReset,      // the connection broke
  kClosed,     // the server closed before its answer was complete
  kTimeout,    // no complete answer within the time given
  kTooLarge,   // the answer is over its limit
  kMalformed,  // what came is no HTTP/1.1
};

inline constexpr std::array<std::string_view, 7> kClientErrorNames = {
    "refused", "untrusted", "reset", "closed", "timeout", "too_large", "malformed"};

[[nodiscard]] constexpr std::string_view to_name(ClientErrorKind kind) {
  return kClientErrorNames[static_cast<std::size_t>(kind)];
}

struct ClientError {
  ClientErrorKind kind;
  std::string message;
  // Whether a byte of the answer came. Where none did, on a connection that was kept, the server
  // may have closed it before the request reached it: the request can be sent again on a new one.
  bool answer_begun = false;
};

template <class T>
using ClientResult = tl::expected<T, ClientError>;

[[nodiscard]] inline tl::unexpected<ClientError> fail(ClientErrorKind kind, std::string message) {
  return tl::unexpected(ClientError{kind, std::move(message)});
}

// kNotFound: refused. kTooLarge. kInvalid: untrusted, malformed. kInterrupted: the others.
[[nodiscard]] base::Error to_error(ClientError error);

}  // namespace kennel::http
