#include "http/tls.h"

#include <openssl/err.h>

#include <array>
#include <csignal>

namespace kennel::http {

namespace {

using base::ErrorKind;

// ALPN's list format: each name behind its length.
constexpr std::array<unsigned char, 9> kProtocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(&found, chosen_size, kProtocols.data(),
                                            kProtocols.size(), offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_common(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

base::Result<TlsContext> make_server_context(const TlsFiles& files) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  base::check(context != nullptr, "OpenSSL makes a context");
  set_common(context.get());
  SSL_CTX_set_read_ahead(context.get(), 1);  // a record is then one read, not two
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return base::fail(ErrorKind::kInvalid,
                      files.certificate.string() +
                          ": not a certificate in PEM that can be read: " + take_openssl_error());
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return base::fail(ErrorKind::kInvalid, files.key.string() + ": not the key of " +
                                               files.certificate.string() +
                                               " in PEM that can be read: " + take_openssl_error());
  }
  return context;
}

base::Result<TlsContext> make_client_context(const base::Path& ca_file) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  base::check(context != nullptr, "OpenSSL makes a context");
  set_common(context.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context.get(), kProtocols.data(), kProtocols.size());
  const bool trusted = ca_file.empty()
                           ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                           : SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) == 1;
  if (!trusted) {
    return base::fail(
        ErrorKind::kInvalid,
        ca_file.string() + ": no certificates in PEM that can be read: " + take_openssl_error());
  }
  return context;
}

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

}  // namespace kennel::http
