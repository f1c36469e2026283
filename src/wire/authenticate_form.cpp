// Step 2 for a browser's form: who signed its policy.
#include "sign/form_signature.h"
#include "wire/authenticate.h"
#include "wire/refused_request.h"

namespace kennel::wire {
namespace {

// Version 2 says no region; its clients sign so for this one only.
constexpr const char* kRegionOfVersion2 = "us-east-1";

// There is no header that could be malformed.
tl::unexpected<ApiError> refuse_form(ApiError error) {
  if (error.code == "AuthorizationHeaderMalformed") error.code = "InvalidArgument";
  return refuse(std::move(error));
}

}  // namespace

Outcome<void> Authenticator::check_form(Exchange& exchange, const base::Fields& fields) {
  const Service& service = *exchange.service;
  const auto parsed = sign::parse_form_claim(fields);
  if (!parsed) return refuse_form(refused_signature(service, parsed.error()));
  if (!*parsed) return refuse(missing_signature(service));
  const sign::FormClaim& claim = **parsed;
  auto known = credentials_.find(claim.access_key_id, claim.session_token, exchange.now);
  if (!known) return refuse(refused_key(service, known.error(), claim.access_key_id));
  sign::Checked<void> held;
  if (claim.scope) {
    if (auto fits = check_scope(service, *claim.scope); !fits) return refuse_form(fits.error());
    if (auto timely = sign::check_form_time(claim, exchange.now); !timely) {
      return refuse(refused_signature(service, timely.error()));
    }
    const sign::SigningKey key = signing_keys_.get(known->secret, *claim.scope);
    held = sign::check_form_signature(claim, key);
    if (held) signing_keys_.keep(known->secret, *claim.scope, key);
  } else {
    held = sign::check_form_signature_v2(claim, known->secret);
  }
  if (!held) return refuse(refused_signature(service, held.error()));
  exchange.region = claim.scope ? claim.scope->region : kRegionOfVersion2;
  exchange.signed_service = service.signing_name;
  exchange.caller = std::move(known->caller);
  return {};
}

}  // namespace kennel::wire
