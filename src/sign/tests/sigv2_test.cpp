#include "sign/sigv2.h"

#include <gtest/gtest.h>

namespace kennel::sign {
namespace {

// The example of the user guide of S3, "Query string request authentication alternative".
constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr const char* kTarget =
    "/johnsmith/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
    "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";

Checked<Claim> claim_of(std::string_view target) {
  const auto words = find_query_words(target.substr(target.find('?') + 1));
  return parse_presigned_v2(*words);
}

TEST(SignatureVersion2, HoldsForThePublishedExample) {
  const auto claim = claim_of(kTarget);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->access_key_id, "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(claim->expires_at, Time(std::chrono::seconds(1'175'139'620)));
  EXPECT_TRUE(check_signature_v2(*claim, {"GET", kTarget, {}}, kSecret));
}

TEST(SignatureVersion2, CoversMethodPathAndFields) {
  const auto claim = claim_of(kTarget);
  const base::Fields meta{{"x-amz-meta-a", "b"}};
  const base::Fields type{{"Content-Type", "image/jpeg"}};
  std::string other = kTarget;
  other.replace(other.find("puppy"), 5, "kitty");
  EXPECT_FALSE(check_signature_v2(*claim, {"PUT", kTarget, {}}, kSecret));
  EXPECT_FALSE(check_signature_v2(*claim, {"GET", other, {}}, kSecret));
  EXPECT_FALSE(check_signature_v2(*claim, {"GET", kTarget, meta}, kSecret));
  EXPECT_FALSE(check_signature_v2(*claim, {"GET", kTarget, type}, kSecret));
  EXPECT_FALSE(check_signature_v2(*claim, {"GET", std::string(kTarget) + "&acl", {}}, kSecret));
  EXPECT_FALSE(check_signature_v2(*claim, {"GET", kTarget, {}}, "another secret"));
}

TEST(SignatureVersion2, NeedsAnEnd) {
  EXPECT_FALSE(claim_of("/b/k?AWSAccessKeyId=A&Signature=S"));
  EXPECT_FALSE(claim_of("/b/k?AWSAccessKeyId=A&Signature=S&Expires=soon"));
  EXPECT_FALSE(claim_of("/b/k?AWSAccessKeyId=A&Signature=S&Expires=-1"));
}

}  // namespace
}  // namespace kennel::sign
