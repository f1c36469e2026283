// OpenSSL's contexts: TLS 1.2 and later, ALPN http/1.1.
//
// A context is made once and then only read, from any thread.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "http/server.h"

namespace kennel::http {

struct FreeSsl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
};

using TlsContext = std::unique_ptr<SSL_CTX, FreeSsl>;
using TlsConnection = std::unique_ptr<SSL, FreeSsl>;

// kNotFound or kInvalid, with the file and OpenSSL's reason.
[[nodiscard]] base::Result<TlsContext> make_server_context(const TlsFiles& files);

// Trusts the certificates in `ca_file` alone; an empty path means those of the system.
[[nodiscard]] base::Result<TlsContext> make_client_context(const base::Path& ca_file);

// The reason of the last failure on this thread, in OpenSSL's words; empties its error queue.
[[nodiscard]] std::string take_openssl_error();

// Writing to a connection that the peer closed must be an error, not the end of the process:
// OpenSSL writes without MSG_NOSIGNAL.
void ignore_broken_pipes();

}  // namespace kennel::http
