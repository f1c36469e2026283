// Whom a client asks: the host of a URL, its addresses, and whom to trust that it is this host.
// Made once, for any number of connections.
//
// Does not change; any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "http/tls.h"
#include "http/url.h"

namespace kennel::http {

class Origin {
 public:
  // Looks the name up, which blocks where it is no address. `ca_file`: whom to trust over TLS;
  // empty: the system's authorities. kNotFound: no such host; kInvalid: no certificates in
  // `ca_file`.
  [[nodiscard]] static base::Result<std::shared_ptr<const Origin>> resolve(
      const Url& url, const base::Path& ca_file);

  [[nodiscard]] const std::string& authority() const { return authority_; }
  [[nodiscard]] const std::vector<boost::asio::ip::tcp::endpoint>& addresses() const {
    return addresses_;
  }
  [[nodiscard]] bool tls() const { return context_ != nullptr; }
  // A connection that takes the certificate of this host only. TLS only.
  [[nodiscard]] TlsConnection make_tls() const;

 private:
  Origin(const Url& url, std::vector<boost::asio::ip::tcp::endpoint> addresses, TlsContext context);

  std::string host_;
  std::string authority_;  // for Host
  std::vector<boost::asio::ip::tcp::endpoint> addresses_;
  TlsContext context_;  // null: plain
};

}  // namespace kennel::http
