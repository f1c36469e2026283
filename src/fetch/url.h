// URLs that strangers give, read by libcurl's own parser: what is judged here is, part for part,
// what libcurl connects to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct Curl_URL;

namespace kennel::fetch {

// One thread at a time.
class Url {
 public:
  // kInvalid: no URL, a scheme other than http and https, a user name, port 0, a character that
  // must be encoded, longer than 8 KiB. A message never holds more of a URL than its host: the rest
  // may be secret.
  [[nodiscard]] static base::Result<Url> parse(std::string_view text);
  // Where a redirect leads from here; relative or not. kInvalid: as above.
  [[nodiscard]] base::Result<Url> follow(std::string_view location) const;

  // In lower case; numbers of any form as an IPv4 address, an IPv6 address without its brackets.
  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // "https://example.com", "http://[::1]:9000": for messages.
  [[nodiscard]] std::string origin() const;
  // For CURLOPT_CURLU; lives as long as this.
  [[nodiscard]] Curl_URL* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(Curl_URL* handle) const;
  };
  using Handle = std::unique_ptr<Curl_URL, Closer>;

  explicit Url(Handle handle) : handle_(std::move(handle)) {}
  [[nodiscard]] static base::Result<Url> read(Handle handle, const std::string& text,
                                              unsigned flags);
  [[nodiscard]] base::Result<void> read_parts();
  [[nodiscard]] base::Result<void> read_host();
  [[nodiscard]] base::Result<void> read_port();

  Handle handle_;
  std::string scheme_;
  std::string host_;
  std::uint16_t port_ = 0;
};

// Letters of ASCII, digits, dots, hyphens, underscores: at most 253, and at least one.
[[nodiscard]] bool is_host_name(std::string_view text);

// A host as it stands before a port.
[[nodiscard]] std::string in_brackets_where_v6(const std::string& host);

}  // namespace kennel::fetch
