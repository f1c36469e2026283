#include "http/url.h"

#include <algorithm>

#include "http/grammar.h"

namespace kennel::http {

namespace {

tl::unexpected<base::Error> refuse(std::string_view text, std::string_view reason) {
  return base::fail(base::ErrorKind::kInvalid, std::string(text) + ": " + std::string(reason) +
                                                   "; a URL looks like http://127.0.0.1:8080/path");
}

// "host", "host:80", "[::1]", "[::1]:80" to host and port; false where it is none of them.
bool split_authority(std::string_view authority, Url& url) {
  const bool bracketed = authority.starts_with('[');
  const std::size_t host_end = authority.find(bracketed ? ']' : ':');
  if (bracketed && host_end == std::string_view::npos) return false;
  url.host = bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  std::string_view rest =
      authority.substr(std::min(host_end, authority.size())).substr(bracketed ? 1 : 0);
  url.port = url.tls ? "443" : "80";
  if (!rest.empty()) {
    if (rest.front() != ':') return false;
    const auto port = parse_number(rest.substr(1), 10);
    if (!port || *port == 0 || *port > 65535) return false;
    url.port = rest.substr(1);
  }
  return !url.host.empty();
}

}  // namespace

base::Result<Url> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
    url.tls = true;
  } else {
    return refuse(text, "neither http nor https");
  }
  const bool clean =
      std::ranges::all_of(rest, [](char letter) { return letter > 0x20 && letter < 0x7f; });
  if (!clean || rest.find('#') != std::string_view::npos) {
    return refuse(text, "a blank, a fragment or a character that must be percent-encoded");
  }
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  url.authority = rest.substr(0, slash);
  if (url.authority.find('@') != std::string::npos) return refuse(text, "a user name in a URL");
  if (!split_authority(url.authority, url)) return refuse(text, "no host and port");
  url.target = rest.substr(slash);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace kennel::http
