// An HTTP/1.1 server on one address: TLS and plain on the same port, keep-alive, pipelining,
// limits.
//
// The Runtime and the Handler live longer than the Server. A handler that still runs when its
// connection is cut runs on, until it returns or the Runtime ends: what handlers use lives longer
// than the Runtime, or every handler ends by itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "aio/runtime.h"
#include "base/disk.h"
#include "base/error.h"
#include "http/message.h"

namespace kennel::http {

struct TlsFiles {
  base::Path certificate;  // PEM, the chain
  base::Path key;          // PEM
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // IPv4 or IPv6
  std::uint16_t port = 0;             // 0: any free one
  std::optional<TlsFiles> tls;        // absent: plain only
  bool plain = true;                  // false: TLS only
  std::size_t head_bytes_max = 32 * base::kKiB;
  std::size_t fields_max = 100;
  std::size_t target_bytes_max = 8 * base::kKiB;
  std::size_t connections_max = 4096;
  std::chrono::milliseconds head_timeout{10'000};   // from the first byte of a head to its last
  std::chrono::milliseconds idle_timeout{60'000};   // between requests
  std::chrono::milliseconds write_timeout{30'000};  // for a piece of an answer to be taken
  std::chrono::milliseconds body_grace{10'000};     // what a client may lag behind the next line
  std::uint64_t body_bytes_per_second_min = 1024;
  // A client that waits between requests when a drain begins may have one on its way: it is cut
  // after this, not at once.
  std::chrono::milliseconds drain_grace{500};
  std::string server_name = "kennel";
};

class Server {
 public:
  // Binds at once: an address in use or a certificate that cannot be read is an error.
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> listen(aio::Runtime& runtime,
                                                                    ServerOptions options,
                                                                    Handler& handler);
  virtual ~Server() = default;
  [[nodiscard]] virtual std::string address() const = 0;  // as really bound
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;
  // Stops accepting, lets requests in flight end (their answers say Connection: close), closes
  // connections that stay idle; cuts what is left at the deadline. Blocks until all are closed. Any
  // thread but the loop's.
  virtual void drain(std::chrono::milliseconds deadline) = 0;
};

}  // namespace kennel::http
