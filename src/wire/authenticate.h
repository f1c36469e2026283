// Steps 1 and 2 of the request path: which service is asked, who asks, and whether the signature
// holds over the head and the body. Nothing of a request is looked at any further before that.
// Loop thread only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/credentials.h"
#include "http/body_budget.h"
#include "sign/chunks.h"
#include "sign/sigv4.h"
#include "wire/exchange.h"

namespace kennel::wire {

// Signing keys cost four HMACs; a client signs with the same one all day.
class SigningKeys {
 public:
  [[nodiscard]] sign::SigningKey get(std::string_view secret, const sign::Scope& scope) const;
  // Once a signature by it held: or anybody could fill the memory.
  void keep(std::string_view secret, const sign::Scope& scope, const sign::SigningKey& key);

 private:
  static constexpr std::size_t kKeysMax = 4096;
  std::unordered_map<std::string, sign::SigningKey> keys_;
};

class Authenticator {
 public:
  Authenticator(const access::Credentials& credentials, std::span<const ServiceBinding> bindings,
                std::uint64_t body_bytes_in_flight_max);

  // The service that the scope, X-Amz-Target or form names; where it is none of ours, one that
  // stands for its family, so that a refusal has the form that the client reads.
  [[nodiscard]] const Service& guess_service(const http::RequestHead& head,
                                             const std::optional<sign::Claim>& claim) const;
  // What a request's head proved; its body is still to come.
  struct Proof {
    sign::RequestView request;
    sign::Claim claim;
    sign::SigningKey key{};
    std::string secret;
    access::Caller caller;
    sign::Verification rules;
    bool held = false;  // the signature, whatever the body is: else the body is part of it
  };
  // Fills `service`, `region` and, where the signature held, `caller`.
  [[nodiscard]] Outcome<Proof> check_head(Exchange& exchange);
  // By the fields of a form that a browser posts; fills `region` and, where the signature held,
  // `caller`. `service` is known.
  [[nodiscard]] Outcome<void> check_form(Exchange& exchange, const base::Fields& fields);
  // The whole body into `text`, its bytes kept in `share`; at most `bytes_max` of them. Fills
  // `caller`.
  [[nodiscard]] aio::Task<Outcome<void>> take_body(Exchange& exchange, const Proof& proof,
                                                   std::uint64_t bytes_max,
                                                   http::BodyBudget::Share& share);
  // The most that any operation of the service takes.
  [[nodiscard]] std::uint64_t body_bytes_max(const Service& service) const;

 private:
  [[nodiscard]] Outcome<Proof> read_claim(Exchange& exchange);
  [[nodiscard]] static Outcome<void> check_scope(const Service& service, const sign::Scope& scope);
  [[nodiscard]] Outcome<void> check_signature(const Exchange& exchange, const Proof& proof,
                                              std::string_view payload_hash) const;
  [[nodiscard]] Outcome<void> check_payload(const Exchange& exchange, const Proof& proof) const;
  void accept(Exchange& exchange, const Proof& proof);

  const access::Credentials& credentials_;
  std::span<const ServiceBinding> bindings_;
  SigningKeys signing_keys_;
  http::BodyBudget budget_;
};

}  // namespace kennel::wire
