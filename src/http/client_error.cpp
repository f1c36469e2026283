#include "http/client_error.h"

namespace kennel::http {

namespace {

base::ErrorKind to_error_kind(ClientErrorKind kind) {
  switch (kind) {
    case ClientErrorKind::kRefused:
      return base::ErrorKind::kNotFound;
    case ClientErrorKind::kUntrusted:
    case ClientErrorKind::kMalformed:
      return base::ErrorKind::kInvalid;
    case ClientErrorKind::kTooLarge:
      return base::ErrorKind::kTooLarge;
    default:
      return base::ErrorKind::kInterrupted;
  }
}

}  // namespace

base::Error to_error(ClientError error) {
  return {to_error_kind(error.kind), std::move(error.message)};
}

}  // namespace kennel::http
