#include "wire/authenticate.h"

#include <algorithm>
#include <array>

#include "sign/sigv2.h"
#include "wire/refused_request.h"
#include "wire/vouched_body.h"

namespace kennel::wire {
namespace {

// Stand for the services that we do not have, one a family.
constexpr Service kSomeQueryService{.name = "",
                                    .signing_name = "",
                                    .event_source = "",
                                    .protocol = Protocol::kQuery,
                                    .api_version = ""};
constexpr Service kSomeJsonService{.name = "",
                                   .signing_name = "",
                                   .event_source = "",
                                   .protocol = Protocol::kJson,
                                   .json_version = "1.1",
                                   .api_version = ""};
constexpr Service kSomeXmlService{.name = "",
                                  .signing_name = "",
                                  .event_source = "",
                                  .protocol = Protocol::kRestXml,
                                  .api_version = ""};

constexpr std::size_t kScopeWordMax = 64;
constexpr const char* kLongScope =
    "The service in the credential scope is longer than 64 letters: sign for one that AWS has.";
constexpr const char* kDoubledField =
    "An x-amz- header stands twice in the request: send each once.";
constexpr const char* kOpenBody =
    "This service takes no unsigned payload: sign the body, or say its hash in "
    "x-amz-content-sha256.";
constexpr std::uint64_t kPieceMin = 4 * base::kKiB;
constexpr std::uint64_t kPieceMax = 64 * base::kKiB;
constexpr std::uint64_t kUnknownServiceBodyMax = 64 * base::kKiB;

// By what it signs for; without a signature it is taken for S3, whose buckets are asked so.
bool speaks_xml(const std::optional<sign::Claim>& claim) {
  constexpr std::array<std::string_view, 5> kXmlServices{"s3", "s3express", "s3-outposts",
                                                         "cloudfront", "route53"};
  return !claim || std::ranges::find(kXmlServices, claim->scope.service) != kXmlServices.end();
}

const Service& family_of(const http::RequestHead& head, const std::optional<sign::Claim>& claim) {
  if (head.find("x-amz-target")) return kSomeJsonService;
  const auto type = head.find("content-type");
  const bool form = type && type->starts_with("application/x-www-form-urlencoded");
  if (form || head.target.find("Action=") != std::string::npos) return kSomeQueryService;
  const bool json = type && type->starts_with("application/json");
  return json || !speaks_xml(claim) ? kSomeJsonService : kSomeXmlService;
}

bool looks_like_a_region(std::string_view region) {
  return region.size() >= 3 && region.size() <= 32 &&
         std::ranges::all_of(region, [](unsigned char letter) {
           return std::islower(letter) != 0 || std::isdigit(letter) != 0 || letter == '-';
         });
}

// Of x-amz-*: joined for the signature, one may be sent as two, and whoever reads the first alone
// would read something else.
bool has_doubled_field(const http::RequestHead& head) {
  for (std::size_t at = 0; at < head.fields.size(); ++at) {
    const std::string_view name = head.fields[at].name;
    if (!base::equals_ignoring_case(name.substr(0, 6), "x-amz-")) continue;
    if (base::find_field(std::span(head.fields).subspan(at + 1), name)) return true;
  }
  return false;
}

bool is_presigned(const http::RequestHead& head) {
  return !head.find("authorization") && head.target.find("X-Amz-") != std::string::npos;
}

// Only S3 takes bodies that nobody vouches for: elsewhere the body is the request.
bool leaves_body_open(sign::Payload payload) {
  return payload == sign::Payload::kUnsigned || payload == sign::Payload::kUnsignedChunksTrailer;
}

std::string name_of(std::string_view secret, const sign::Scope& scope) {
  std::string name = scope.text();
  name += '\n';
  name += secret;
  return name;
}

}  // namespace

sign::SigningKey SigningKeys::get(std::string_view secret, const sign::Scope& scope) const {
  const auto found = keys_.find(name_of(secret, scope));
  return found != keys_.end() ? found->second : sign::derive_signing_key(secret, scope);
}

void SigningKeys::keep(std::string_view secret, const sign::Scope& scope,
                       const sign::SigningKey& key) {
  if (keys_.size() >= kKeysMax) keys_.clear();
  keys_.try_emplace(name_of(secret, scope), key);
}

Authenticator::Authenticator(const access::Credentials& credentials,
                             std::span<const ServiceBinding> bindings,
                             std::uint64_t body_bytes_in_flight_max)
    : credentials_(credentials), bindings_(bindings), budget_(body_bytes_in_flight_max) {}

const Service& Authenticator::guess_service(const http::RequestHead& head,
                                            const std::optional<sign::Claim>& claim) const {
  const auto target = head.find("x-amz-target");
  for (const ServiceBinding& binding : bindings_) {
    const Service& service = *binding.service;
    const bool signed_for = claim && claim->scope.service == service.signing_name;
    const bool targeted =
        target && !service.target_prefix.empty() && target->starts_with(service.target_prefix);
    if (signed_for || targeted) return service;
  }
  return family_of(head, claim);
}

std::uint64_t Authenticator::body_bytes_max(const Service& service) const {
  std::uint64_t bytes = service.operations.empty() ? kUnknownServiceBodyMax : 0;
  for (const Operation& operation : service.operations) {
    bytes = std::max(bytes, operation.body_bytes_max);
  }
  return bytes;
}

Outcome<Authenticator::Proof> Authenticator::read_claim(Exchange& exchange) {
  Proof proof;
  proof.request = {exchange.head.method, exchange.head.target, exchange.head.fields};
  auto claim = sign::parse_claim(proof.request);
  exchange.service = &guess_service(exchange.head, claim ? *claim : std::nullopt);
  const Service& service = *exchange.service;
  if (!claim && is_presigned(exchange.head)) return refuse(refused_query(service, claim.error()));
  if (!claim) return refuse(refused_signature(service, claim.error()));
  if (!*claim) return refuse(missing_signature(service));
  proof.claim = **std::move(claim);
  exchange.region = proof.claim.scope.region;
  exchange.signed_service = proof.claim.scope.service;
  if (proof.claim.scope.service.size() > kScopeWordMax) {
    return refuse(refused_signature(service, {sign::RefusalReason::kMalformed, kLongScope}));
  }
  if (has_doubled_field(exchange.head)) {
    return refuse(refused_signature(service, {sign::RefusalReason::kMalformed, kDoubledField}));
  }
  if (service.protocol != Protocol::kRestXml && leaves_body_open(proof.claim.payload)) {
    return refuse(refused_signature(service, {sign::RefusalReason::kMalformed, kOpenBody}));
  }
  proof.rules.now = exchange.now;
  if (service.protocol == Protocol::kRestXml) proof.rules.path = sign::PathRule::kAsSent;
  auto known =
      credentials_.find(proof.claim.access_key_id, proof.claim.session_token, exchange.now);
  if (!known) {
    return refuse(refused_key(service, known.error(), proof.claim.access_key_id));
  }
  KENNEL_TRY_VOID(check_scope(service, proof.claim.scope));
  if (auto timely = sign::check_time(proof.claim, proof.rules); !timely) {
    return refuse(refused_time(service, timely.error(), proof.claim, exchange.now));
  }
  proof.key = signing_keys_.get(known->secret, proof.claim.scope);
  proof.secret = std::move(known->secret);
  proof.caller = std::move(known->caller);
  return proof;
}

Outcome<void> Authenticator::check_scope(const Service& service, const sign::Scope& scope) {
  const bool right_service = service.operations.empty() || scope.service == service.signing_name;
  if (right_service && looks_like_a_region(scope.region)) return {};
  return refuse(wrong_scope(service, scope));
}

Outcome<void> Authenticator::check_signature(const Exchange& exchange, const Proof& proof,
                                             std::string_view payload_hash) const {
  auto held =
      proof.claim.version_2
          ? sign::check_signature_v2(proof.claim, proof.request, proof.secret)
          : sign::check_signature(proof.claim, proof.request, proof.key, payload_hash, proof.rules);
  if (!held) return refuse(refused_signature(*exchange.service, held.error()));
  return {};
}

// The body against the hash that the client said in the head.
Outcome<void> Authenticator::check_payload(const Exchange& exchange, const Proof& proof) const {
  if (proof.claim.payload != sign::Payload::kHashed || !proof.claim.payload_hash) return {};
  if (base::sha256(base::as_bytes(exchange.text)).hex() == *proof.claim.payload_hash) return {};
  return refuse(wrong_payload(*exchange.service));
}

Outcome<Authenticator::Proof> Authenticator::check_head(Exchange& exchange) {
  KENNEL_TRY(Proof proof, read_claim(exchange));
  const std::optional<std::string>& declared = proof.claim.payload_hash;
  const bool is_s3 =
      exchange.service->protocol == Protocol::kRestXml && !exchange.service->operations.empty();
  if (!declared && is_s3) {
    return refuse(
        {"InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256"});
  }
  // Where the head alone can be checked, a body is read of a client that has proved itself only.
  if (declared) {
    KENNEL_TRY_VOID(check_signature(exchange, proof, *declared));
    proof.held = true;
    accept(exchange, proof);
  }
  return proof;
}

void Authenticator::accept(Exchange& exchange, const Proof& proof) {
  signing_keys_.keep(proof.secret, proof.claim.scope, proof.key);
  exchange.caller = proof.caller;
}

aio::Task<Outcome<void>> Authenticator::take_body(Exchange& exchange, const Proof& proof,
                                                  std::uint64_t bytes_max,
                                                  http::BodyBudget::Share& share) {
  const Service& service = *exchange.service;
  KENNEL_CO_TRY(const auto body, VouchedBody::open(exchange, proof.claim, proof.key, bytes_max));
  share = http::BodyBudget::Share(budget_);
  base::Bytes piece(std::clamp<std::uint64_t>(body->length().value_or(0), kPieceMin, kPieceMax));
  for (;;) {
    aio::Task<Outcome<std::size_t>> reading = body->read(piece);
    KENNEL_CO_TRY(const std::size_t got, co_await std::move(reading));
    if (got == 0) break;
    if (!share.add(got)) co_return refuse(throttled(service));
    exchange.text.append(base::as_text(base::ByteView(piece).first(got)));
  }
  KENNEL_CO_TRY_VOID(check_payload(exchange, proof));
  if (!proof.held) {
    const std::string hash = base::sha256(base::as_bytes(exchange.text)).hex();
    KENNEL_CO_TRY_VOID(check_signature(exchange, proof, hash));
    accept(exchange, proof);
  }
  co_return Outcome<void>{};
}

}  // namespace kennel::wire
