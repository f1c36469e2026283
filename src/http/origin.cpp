#include "http/origin.h"

#include <netdb.h>
#include <openssl/x509v3.h>

#include <cstring>

#include "http/x509.h"

namespace kennel::http {

namespace {

using boost::asio::ip::tcp;

tcp::endpoint to_endpoint(const addrinfo& found) {
  tcp::endpoint endpoint;
  endpoint.resize(found.ai_addrlen);
  std::memcpy(endpoint.data(), found.ai_addr, found.ai_addrlen);
  return endpoint;
}

base::Result<std::vector<tcp::endpoint>> look_up(const Url& url) {
  const addrinfo hints{.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* list = nullptr;
  const int code = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &list);
  if (code != 0) {
    return base::fail(base::ErrorKind::kNotFound,
                      url.host + ": no such host: " + std::string(gai_strerror(code)));
  }
  std::vector<tcp::endpoint> endpoints;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    endpoints.push_back(to_endpoint(*at));
  }
  freeaddrinfo(list);
  return endpoints;
}

}  // namespace

Origin::Origin(const Url& url, std::vector<tcp::endpoint> addresses, TlsContext context)
    : host_(url.host),
      authority_(url.authority),
      addresses_(std::move(addresses)),
      context_(std::move(context)) {}

base::Result<std::shared_ptr<const Origin>> Origin::resolve(const Url& url,
                                                            const base::Path& ca_file) {
  ignore_broken_pipes();
  KENNEL_TRY(auto addresses, look_up(url));
  TlsContext context;
  if (url.tls) {
    KENNEL_TRY(context, make_client_context(ca_file));
  }
  return std::shared_ptr<const Origin>(new Origin(url, std::move(addresses), std::move(context)));
}

TlsConnection Origin::make_tls() const {
  TlsConnection tls(SSL_new(context_.get()));
  base::check(tls != nullptr, "OpenSSL makes a connection");
  if (is_ip_address(host_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), host_.c_str());
  } else {
    SSL_set1_host(tls.get(), host_.c_str());
    SSL_set_tlsext_host_name(tls.get(), host_.c_str());
  }
  return tls;
}

}  // namespace kennel::http
