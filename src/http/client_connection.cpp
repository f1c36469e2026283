#include "http/client_connection.h"

#include <netdb.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "http/x509.h"

namespace kennel::http {

namespace {

using base::ErrorKind;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

base::Result<std::unique_ptr<addrinfo, FreeAddresses>> resolve(const Url& url) {
  const addrinfo hints{.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* list = nullptr;
  const int code = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &list);
  if (code != 0) {
    return base::fail(ErrorKind::kNotFound,
                      url.host + ": no such host: " + std::string(gai_strerror(code)));
  }
  return std::unique_ptr<addrinfo, FreeAddresses>(list);
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

std::string errno_text() { return std::strerror(errno); }

}  // namespace

base::Result<std::unique_ptr<ClientConnection>> ClientConnection::open(const Url& url,
                                                                       const base::Path& ca_file,
                                                                       Moment end) {
  ignore_broken_pipes();
  KENNEL_TRY(const auto addresses, resolve(url));
  base::Error last{ErrorKind::kNotFound, "no address"};
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    const int descriptor =
        ::socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) continue;
    std::unique_ptr<ClientConnection> connection(new ClientConnection(descriptor, end));
    const auto connected = connection->connect(*at);
    if (!connected) {
      last = connected.error();
      continue;
    }
    if (url.tls) KENNEL_TRY_VOID(connection->begin_tls(url, ca_file));
    return connection;
  }
  return base::fail_in("cannot connect to " + url.authority, std::move(last));
}

ClientConnection::~ClientConnection() {
  if (tls_) SSL_shutdown(tls_.get());
  ERR_clear_error();
  ::close(descriptor_);
}

base::Result<void> ClientConnection::connect(const addrinfo& address) {
  if (::connect(descriptor_, address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return base::fail(ErrorKind::kNotFound, errno_text());
  KENNEL_TRY_VOID(wait(POLLOUT));
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return base::fail(ErrorKind::kNotFound, std::strerror(error));
  return {};
}

base::Result<void> ClientConnection::wait(short events) {
  pollfd waiting{.fd = descriptor_, .events = events};
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    const int ready = left.count() <= 0 ? 0 : ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready == 0) return base::fail(ErrorKind::kInterrupted, "no answer within the time given");
    if (errno != EINTR) return base::fail(ErrorKind::kInterrupted, errno_text());
  }
}

base::Result<void> ClientConnection::begin_tls(const Url& url, const base::Path& ca_file) {
  KENNEL_TRY(context_, make_client_context(ca_file));
  tls_.reset(SSL_new(context_.get()));
  base::check(tls_ && SSL_set_fd(tls_.get(), descriptor_) == 1, "OpenSSL makes a connection");
  if (is_ip_address(url.host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), url.host.c_str());
  } else {
    SSL_set1_host(tls_.get(), url.host.c_str());
    SSL_set_tlsext_host_name(tls_.get(), url.host.c_str());
  }
  while (true) {
    ERR_clear_error();
    const int returned = SSL_connect(tls_.get());
    if (returned == 1) return {};
    auto ready = wait_for_tls(returned);
    if (ready) continue;
    const long verdict = SSL_get_verify_result(tls_.get());
    if (verdict == X509_V_OK) return base::fail_in("TLS with " + url.authority, ready.error());
    return base::fail(ErrorKind::kInvalid,
                      "the certificate of " + url.authority +
                          " is not trusted: " + X509_verify_cert_error_string(verdict));
  }
}

base::Result<void> ClientConnection::wait_for_tls(int returned) {
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT);
    default:
      return base::fail(ErrorKind::kInterrupted, "the connection broke: " + take_openssl_error());
  }
}

base::Result<void> ClientConnection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (tls_) {
      ERR_clear_error();
      std::size_t count = 0;
      const int returned = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count);
      if (returned != 1) KENNEL_TRY_VOID(wait_for_tls(returned));
      bytes.remove_prefix(count);
      continue;
    }
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (would_block()) {
      KENNEL_TRY_VOID(wait(POLLOUT));
    } else {
      return base::fail(ErrorKind::kInterrupted, "the connection broke: " + errno_text());
    }
  }
  return {};
}

base::Result<std::size_t> ClientConnection::read(std::span<char> into) {
  while (true) {
    if (tls_) {
      ERR_clear_error();
      std::size_t count = 0;
      const int returned = SSL_read_ex(tls_.get(), into.data(), into.size(), &count);
      if (returned == 1) return count;
      if (SSL_get_error(tls_.get(), returned) == SSL_ERROR_ZERO_RETURN) return 0;
      KENNEL_TRY_VOID(wait_for_tls(returned));
      continue;
    }
    const ssize_t count = ::recv(descriptor_, into.data(), into.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (!would_block()) {
      return base::fail(ErrorKind::kInterrupted, "the connection broke: " + errno_text());
    }
    KENNEL_TRY_VOID(wait(POLLIN));
  }
}

}  // namespace kennel::http
