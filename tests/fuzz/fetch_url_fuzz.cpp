// Any bytes as a stranger's URL, and after a line feed as where its server redirects to: what is
// taken has a host and a port that can be judged and named.
#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "fetch/address.h"
#include "fetch/gate.h"
#include "fetch/url.h"

namespace {

namespace base = kennel::base;
namespace fetch = kennel::fetch;

void check_url(const fetch::Url& url) {
  const auto address = fetch::Address::parse(url.host());
  base::check(address || fetch::is_host_name(url.host()), "a host is a name or an address");
  base::check(url.port() != 0, "a port is a port");
  const auto again = fetch::Url::parse(url.origin());
  base::check(again.has_value(), "an origin is a URL");
  base::check(again->host() == url.host() && again->port() == url.port(), "the same one");
  const fetch::Gate gate{.host = url.host(), .port = url.port()};
  if (address && fetch::judge(gate, *address) == fetch::Verdict::kRefused) {
    const base::Error error = fetch::refusal(gate, *address);
    base::check(error.kind == base::ErrorKind::kDenied, "what is not public is denied");
    base::check(!fetch::is_public(*address), "and what is public is not");
  }
}

void check_refusal(const base::Error& error) {
  base::check(error.kind == base::ErrorKind::kInvalid, "a bad URL is the user's");
  const bool clean = std::ranges::all_of(
      error.message, [](char letter) { return letter >= 0x20 && letter < 0x7f; });
  base::check(clean, "a message holds no foreign bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const auto url = fetch::Url::parse(text.substr(0, line_end));
  if (!url) {
    check_refusal(url.error());
    return 0;
  }
  check_url(*url);
  if (line_end == text.size()) return 0;
  const auto next = url->follow(text.substr(line_end + 1));
  if (next) {
    check_url(*next);
  } else {
    check_refusal(next.error());
  }
  return 0;
}
