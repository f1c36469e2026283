// The signature of a form that a browser posts: over the base64 text of its policy alone, by
// version 4 or by version 2, with which boto3 signs forms unless told otherwise. Pure, any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/field.h"
#include "sign/sigv4.h"

namespace kennel::sign {

// What a form says of its signature.
struct FormClaim {
  std::string access_key_id;
  std::string session_token;  // empty: none
  std::string policy;         // in base64, as signed
  std::string signature;
  std::optional<Scope> scope;  // absent: version 2
  Time signed_at{};            // version 4
};

// From the form's fields, no name of which is there twice. nullopt: it is not signed at all.
[[nodiscard]] Checked<std::optional<FormClaim>> parse_form_claim(
    std::span<const base::Field> fields);

// Not before its time, nor after the week for which a signing key is good; how long the form may
// be used within it is for its policy to say.
[[nodiscard]] Checked<void> check_form_time(const FormClaim& claim, Time now);

// `key`: of the claim's scope; version 2 signs with the secret itself.
[[nodiscard]] Checked<void> check_form_signature(const FormClaim& claim, const SigningKey& key);
[[nodiscard]] Checked<void> check_form_signature_v2(const FormClaim& claim,
                                                    std::string_view secret);

}  // namespace kennel::sign
