#include "fetch/curl_error.h"

#include <fmt/format.h>

#include <stdexcept>

namespace kennel::fetch {

using base::ErrorKind;

base::Error explain_curl(CURLcode code, const Request& request) {
  const std::string origin = request.url.origin();
  switch (code) {
    case CURLE_SSL_CACERT_BADFILE:
      throw std::runtime_error(
          fmt::format("cannot read the certificates in {}", request.ca_file.string()));
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorKind::kInterrupted, fmt::format("{} was too slow", origin)};
    case CURLE_ABORTED_BY_CALLBACK:
      return {ErrorKind::kInterrupted, fmt::format("stopped before {} had answered", origin)};
    case CURLE_OUT_OF_MEMORY:  // libcurl says so of lines beyond 100 KiB too
      return {ErrorKind::kTooLarge, fmt::format("a line of {}'s answer is too long", origin)};
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
      return {ErrorKind::kInterrupted, fmt::format("{} broke off its answer", origin)};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorKind::kNotFound, fmt::format("the host {} cannot be found", request.url.host())};
    case CURLE_COULDNT_CONNECT:
      return {ErrorKind::kNotFound, fmt::format("nobody listens at {}", origin)};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorKind::kInvalid,
              fmt::format("the certificate of {} does not hold: it is for another host, has "
                          "expired, or nobody who is trusted signed it",
                          origin)};
    default:
      return {ErrorKind::kInvalid, fmt::format("{} does not speak HTTP as it should: {}", origin,
                                               curl_easy_strerror(code))};
  }
}

}  // namespace kennel::fetch
