// The words of a claim, wherever they stood: Credential, SignedHeaders, Signature,
// x-amz-content-sha256. Pure, any thread.
#pragma once

#include <string_view>

#include "sign/sigv4.h"

namespace kennel::sign {

// "AKID/20261121/us-east-1/iam/aws4_request" into the claim's key id and scope.
[[nodiscard]] Checked<void> read_credential(Claim& claim, std::string_view credential);
// "host;x-amz-date": lower case, sorted, each once.
[[nodiscard]] Checked<void> read_signed_fields(Claim& claim, std::string_view names);
[[nodiscard]] Checked<void> read_signature(Claim& claim, std::string_view signature);
// A hash, or one of the words that stand for another way to vouch for the body.
[[nodiscard]] Checked<void> read_payload(Claim& claim, std::string_view word);

// What a claim must hold against its request: the scope's date is the day of signing, the signed
// fields are there, host and every x-amz-* field is signed.
//
// AWS's clients leave unsigned what proxies change (botocore's list: user-agent, expect,
// transfer-encoding, x-amzn-trace-id, ...); none of it begins with x-amz-. Of the x-amz-* fields,
// x-amz-content-sha256 of a presigned URL's request alone may be unsigned: its value ends the
// canonical request and is vouched for there.
[[nodiscard]] Checked<void> check_against_request(const Claim& claim, const RequestView& request);

// The field's value; refused when it is there twice.
[[nodiscard]] Checked<std::optional<std::string_view>> find_only(
    std::span<const base::Field> fields, std::string_view name);

}  // namespace kennel::sign
