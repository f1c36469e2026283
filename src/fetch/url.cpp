#include "fetch/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/field.h"
#include "base/number.h"
#include "fetch/address.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t kUrlBytesMax = 8 * base::kKiB;
constexpr std::size_t kHostBytesMax = 253;  // RFC 1035, section 2.3.4, less what is not spelled

tl::unexpected<base::Error> refuse(std::string_view reason) {
  return fail(ErrorKind::kInvalid,
              fmt::format("the URL {}; it must look like https://example.com/photo.jpg", reason));
}

bool is_plain(char letter) { return letter > 0x20 && letter < 0x7f; }

bool is_host_char(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' || letter == '_';
}

// nullopt: the URL has no such part.
std::optional<std::string> find_part(CURLU* handle, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(handle, part, &text, flags);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
  return std::string(text);
}

Result<void> check_length(std::string_view text) {
  if (text.size() <= kUrlBytesMax) return {};
  return refuse(fmt::format("is longer than {}", base::to_human_size(kUrlBytesMax)));
}

}  // namespace

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= kHostBytesMax && std::ranges::all_of(text, is_host_char);
}

std::string in_brackets_where_v6(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

void Url::Closer::operator()(Curl_URL* handle) const { curl_url_cleanup(handle); }

Result<Url> Url::parse(std::string_view text) {
  KENNEL_TRY_VOID(check_length(text));
  if (!std::ranges::all_of(text, is_plain)) {
    return refuse(
        "holds a blank or a character that must be percent-encoded (a host: in its form of ASCII, "
        "xn--...)");
  }
  return read(Handle(curl_url()), std::string(text), 0);
}

Result<Url> Url::follow(std::string_view location) const {
  KENNEL_TRY_VOID(check_length(location));
  if (location.find('\0') != std::string_view::npos) return refuse("holds a NUL");
  // Servers are seen to send blanks and UTF-8 here, and browsers to encode them.
  return read(Handle(curl_url_dup(handle_.get())), std::string(location),
              CURLU_URLENCODE | CURLU_ALLOW_SPACE);
}

Result<Url> Url::read(Handle handle, const std::string& text, unsigned flags) {
  if (handle == nullptr) throw std::bad_alloc();
  const CURLUcode code =
      curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), flags | CURLU_DISALLOW_USER);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code == CURLUE_USER_NOT_ALLOWED) return refuse("holds a user name or a password");
  if (code != CURLUE_OK) return refuse(fmt::format("cannot be read ({})", curl_url_strerror(code)));
  Url url(std::move(handle));
  KENNEL_TRY_VOID(url.read_parts());
  return url;
}

Result<void> Url::read_parts() {
  scheme_ = find_part(handle(), CURLUPART_SCHEME).value_or("");
  if (scheme_ != "http" && scheme_ != "https") return refuse("is neither http nor https");
  if (find_part(handle(), CURLUPART_USER) || find_part(handle(), CURLUPART_PASSWORD)) {
    return refuse("holds a user name or a password");
  }
  KENNEL_TRY_VOID(read_host());
  return read_port();
}

Result<void> Url::read_host() {
  const std::string host = base::to_lower(find_part(handle(), CURLUPART_HOST).value_or(""));
  if (!host.starts_with('[')) {
    host_ = host;
    if (is_host_name(host)) return {};
    return refuse("has a host that is neither a name nor an address");
  }
  const auto address = Address::parse(std::string_view(host).substr(1, host.size() - 2));
  if (!address || address->is_v4()) return refuse("has a host that is no IPv6 address");
  if (find_part(handle(), CURLUPART_ZONEID)) return refuse("has an IPv6 address with a zone");
  host_ = address->text();
  return {};
}

Result<void> Url::read_port() {
  const auto text = find_part(handle(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto port = base::parse_number<std::uint16_t>(text.value_or(""));
  if (!port || *port == 0) return refuse("has a port that is not within 1 to 65535");
  port_ = *port;
  return {};
}

std::string Url::origin() const {
  const std::string host = in_brackets_where_v6(host_);
  const bool usual = port_ == (scheme_ == "https" ? 443 : 80);
  return fmt::format("{}://{}{}", scheme_, host, usual ? "" : fmt::format(":{}", port_));
}

}  // namespace kennel::fetch
