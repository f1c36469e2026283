// The client's socket, plain or TLS, blocking, with one moment at which everything ends.
// One thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

#include "base/disk.h"
#include "http/tls.h"
#include "http/url.h"

namespace kennel::http {

class ClientConnection {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // Connects to the first of the host's addresses that answers; checks its certificate.
  [[nodiscard]] static base::Result<std::unique_ptr<ClientConnection>> open(
      const Url& url, const base::Path& ca_file, Moment end);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  [[nodiscard]] base::Result<void> write(std::string_view bytes);
  // 0: the server closed. Over TLS only where it said so: a cut connection is an error.
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into);

 private:
  ClientConnection(int descriptor, Moment end) : descriptor_(descriptor), end_(end) {}

  base::Result<void> connect(const struct addrinfo& address);
  base::Result<void> begin_tls(const Url& url, const base::Path& ca_file);
  base::Result<void> wait(short events);
  // After an OpenSSL call that did not succeed: waits for what it wants.
  base::Result<void> wait_for_tls(int returned);

  int descriptor_;
  Moment end_;
  TlsContext context_;
  TlsConnection tls_;
};

}  // namespace kennel::http
