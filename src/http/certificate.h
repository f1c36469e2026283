// Certificates for a machine of its own: an authority made on first use, and what it signs for the
// server. People trust `ca.pem` once; the server's certificate is renewed under it.
//
//   folder/ca.pem, ca-key.pem           ECDSA P-256, 10 years; may sign servers, no authorities
//   folder/server.pem, server-key.pem   ECDSA P-256, 397 days
//
// Not safe from two processes at once on one folder. Keys have mode 0600.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "http/server.h"

namespace kennel::http {

// For localhost, *.localhost, *.s3.localhost, 127.0.0.1, ::1 and `names`, each a DNS name or an IP
// address. Keeps what is there as long as it holds these names and 30 days remain. kInvalid: a name
// that is none, or files that are there but cannot be read; what to do is in the message.
[[nodiscard]] base::Result<TlsFiles> make_certificate(
    base::Disk& disk, const base::Path& folder, const std::vector<std::string>& names = {},
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

}  // namespace kennel::http
