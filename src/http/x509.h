// X.509 certificates through OpenSSL 3: making, signing, reading. No files, no clock.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace kennel::http {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

using Certificate = std::unique_ptr<X509, FreeX509>;
using Key = std::unique_ptr<EVP_PKEY, FreeX509>;

struct Authority {
  Certificate certificate;
  Key key;
};

using Moment = std::chrono::system_clock::time_point;

[[nodiscard]] Key make_key();  // ECDSA on P-256

// One that may sign servers only, and no further authorities.
[[nodiscard]] Certificate make_authority(EVP_PKEY& key, std::string_view common_name, Moment from,
                                         Moment until);

// For a server under these DNS names and IP addresses.
[[nodiscard]] Certificate make_server_certificate(const Authority& authority, EVP_PKEY& key,
                                                  const std::vector<std::string>& names,
                                                  Moment from, Moment until);

[[nodiscard]] bool is_ip_address(const std::string& name);
// A DNS name, whose first label may be *, or an IP address.
[[nodiscard]] bool is_server_name(const std::string& name);

[[nodiscard]] std::string to_pem(X509& certificate);
[[nodiscard]] std::string to_pem(EVP_PKEY& key);
// Null where it is none.
[[nodiscard]] Certificate read_certificate(std::string_view pem);
[[nodiscard]] Key read_key(std::string_view pem);

// Whether `key` belongs to the certificate.
[[nodiscard]] bool matches(X509& certificate, EVP_PKEY& key);
[[nodiscard]] bool is_signed_by(X509& certificate, X509& authority);
[[nodiscard]] bool is_valid_at(X509& certificate, Moment moment);
// Whether the certificate lists that very name: *.a is not asked whether it covers b.a.
[[nodiscard]] bool holds_name(X509& certificate, const std::string& name);

}  // namespace kennel::http
