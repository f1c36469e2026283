// Signature Version 2 of presigned S3 URLs: what botocore makes in the first regions unless told
// otherwise. Nothing else is taken in that version. Pure, any thread.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
#pragma once

#include "sign/presigned.h"

namespace kennel::sign {

[[nodiscard]] Checked<Claim> parse_presigned_v2(const QueryWords& words);

// Of path-style addresses: the bucket stands in the path. Compares in constant time.
[[nodiscard]] Checked<void> check_signature_v2(const Claim& claim, const RequestView& request,
                                               std::string_view secret);

}  // namespace kennel::sign
