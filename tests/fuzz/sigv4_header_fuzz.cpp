// Any request to the reader of signatures: the first line is the method, the second the target, the
// rest are fields. Whatever claim comes out is checked, and must not hold.
#include <algorithm>

#include "sign/sigv4.h"

namespace {

namespace base = kennel::base;
namespace sign = kennel::sign;

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

void check_claim(const sign::Claim& claim, const sign::RequestView& request) {
  base::check(claim.signature.size() == 64, "a signature has 64 digits");
  base::check(!claim.signed_fields.empty(), "host at the least is signed");
  for (const auto path : {sign::PathRule::kAsSent, sign::PathRule::kNormalizedTwiceEncoded}) {
    const sign::Verification rules{.now = claim.signed_at, .path = path};
    base::check(sign::check_time(claim, rules).has_value(), "a claim holds when it is made");
    const auto verified = sign::check_signature(claim, request, sign::SigningKey{},
                                                claim.payload_hash.value_or(""), rules);
    base::check(!verified && !verified.error().canonical_request.empty(), "nobody has the key");
  }
}

// What we sign ourselves is parsed and holds, whatever the target is.
void check_our_own(std::string_view method, std::string_view target) {
  base::Fields fields{{"Host", "h"}};
  const auto claim_before = sign::parse_claim({method, target, fields});
  if (!claim_before || *claim_before) return;
  const sign::Credentials credentials{"AKID", "secret", "token"};
  constexpr auto kPath = sign::PathRule::kAsSent;
  const sign::Time at = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  auto added = sign::sign_request({method, target, fields}, credentials, "r", "s3", at, {}, kPath);
  fields.insert(fields.end(), added.begin(), added.end());
  const sign::RequestView request{method, target, fields};
  const auto claim = sign::parse_claim(request);
  base::check(claim && *claim, "our own signature is read");
  const auto key = sign::derive_signing_key(credentials.secret, (**claim).scope);
  base::check(sign::check_signature(**claim, request, key, *(**claim).payload_hash,
                                    {.now = at, .path = kPath})
                  .has_value(),
              "our own signature holds");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = base::as_text({data, size});
  const std::string_view method = take_until(text, '\n');
  const std::string_view target = take_until(text, '\n');
  base::Fields fields;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view name = take_until(line, ':');
    fields.push_back({std::string(name), std::string(line)});
  }
  const sign::RequestView request{method, target, fields};
  const auto claim = sign::parse_claim(request);
  if (claim && *claim) check_claim(**claim, request);
  check_our_own(method, target);
  return 0;
}
