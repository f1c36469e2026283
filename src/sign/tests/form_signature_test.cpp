#include "sign/form_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::sign {
namespace {

using std::chrono::sys_days;
using testing::HasSubstr;
using namespace std::chrono_literals;

const Time kMorning = sys_days(2026y / 11 / 21) + 10h;
constexpr std::string_view kSecret = "secret";

// As botocore's S3SigV4PostAuth and HmacV1PostAuth signed them.
base::Fields signed_by_version_4() {
  return {{"key", "dog"},
          {"x-amz-algorithm", "AWS4-HMAC-SHA256"},
          {"X-Amz-Credential", "AKIATEST/20261121/us-east-1/s3/aws4_request"},
          {"x-amz-date", "20261121T100000Z"},
          {"policy",
           "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjFUMTE6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOi"
           "AiZG9ncyJ9LCB7ImtleSI6ICJkb2cifSwgeyJ4LWFtei1hbGdvcml0aG0iOiAiQVdTNC1ITUFDLVNIQTI1NiJ9"
           "LCB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQVRFU1QvMjAyNjExMjEvdXMtZWFzdC0xL3MzL2F3czRfcmVxdW"
           "VzdCJ9LCB7IngtYW16LWRhdGUiOiAiMjAyNjExMjFUMTAwMDAwWiJ9XX0="},
          {"x-amz-signature", "6945903512ac4163e629145666910134c2d4eb342ee67f181c475012dbb9fd99"}};
}

base::Fields signed_by_version_2() {
  return {{"key", "dog"},
          {"AWSAccessKeyId", "AKIATEST"},
          {"policy",
           "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjFUMTE6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOi"
           "AiZG9ncyJ9LCB7ImtleSI6ICJkb2cifV19"},
          {"signature", "Z8rTso3BzITPQ1zSr++g7oktw1g="}};
}

base::Fields with(base::Fields fields, std::string_view name, const std::string& value) {
  for (base::Field& field : fields) {
    if (field.name == name) field.value = value;
  }
  return fields;
}

base::Fields without(base::Fields fields, std::string_view name) {
  std::erase_if(fields, [&](const base::Field& field) { return field.name == name; });
  return fields;
}

FormClaim claim_of(const base::Fields& fields) { return parse_form_claim(fields).value().value(); }

Checked<void> check(const FormClaim& claim, std::string_view secret = kSecret) {
  if (!claim.scope) return check_form_signature_v2(claim, secret);
  return check_form_signature(claim, derive_signing_key(secret, *claim.scope));
}

TEST(FormSignature, HoldsAsBotocoreSigns) {
  const FormClaim fourth = claim_of(signed_by_version_4());
  EXPECT_EQ(fourth.access_key_id, "AKIATEST");
  EXPECT_EQ(fourth.scope, (Scope{"20261121", "us-east-1", "s3"}));
  EXPECT_EQ(fourth.signed_at, kMorning);
  EXPECT_TRUE(check(fourth));
  const FormClaim second = claim_of(signed_by_version_2());
  EXPECT_EQ(second.access_key_id, "AKIATEST");
  EXPECT_EQ(second.scope, std::nullopt);
  EXPECT_TRUE(check(second));
}

TEST(FormSignature, DoesNotHoldOverAnotherPolicyOrByAnotherSecret) {
  for (const base::Fields& fields : {signed_by_version_4(), signed_by_version_2()}) {
    EXPECT_FALSE(check(claim_of(fields), "another"));
    const auto refused = check(claim_of(with(fields, "policy", "e30=")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, RefusalReason::kWrongSignature);
    EXPECT_EQ(refused.error().string_to_sign, "e30=");
  }
}

TEST(FormSignature, TakesTheSessionsTokenAlong) {
  base::Fields fields = signed_by_version_2();
  EXPECT_EQ(claim_of(fields).session_token, "");
  fields.push_back({"X-Amz-Security-Token", "token"});
  EXPECT_EQ(claim_of(fields).session_token, "token");
}

TEST(FormSignature, IsNoneWithoutItsWords) {
  EXPECT_EQ(parse_form_claim(base::Fields{{"key", "dog"}}).value(), std::nullopt);
}

TEST(FormSignature, NamesTheWordThatIsMissing) {
  for (const char* name :
       {"x-amz-algorithm", "X-Amz-Credential", "x-amz-date", "policy", "x-amz-signature"}) {
    const auto refused = parse_form_claim(without(signed_by_version_4(), name));
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(refused.error().message, HasSubstr("'" + base::to_lower(name) + "'"));
  }
  for (const char* name : {"AWSAccessKeyId", "policy", "signature"}) {
    EXPECT_FALSE(parse_form_claim(without(signed_by_version_2(), name))) << name;
  }
  EXPECT_FALSE(parse_form_claim(base::Fields{{"policy", "e30="}}));
}

TEST(FormSignature, RefusesWordsThatItCannotRead) {
  const base::Fields fields = signed_by_version_4();
  EXPECT_FALSE(parse_form_claim(with(fields, "x-amz-algorithm", "AWS4-HMAC-SHA512")));
  EXPECT_FALSE(parse_form_claim(with(fields, "X-Amz-Credential", "AKIATEST")));
  EXPECT_FALSE(parse_form_claim(with(fields, "x-amz-date", "2026-11-21")));
  EXPECT_FALSE(parse_form_claim(with(fields, "x-amz-date", "20261122T100000Z")));
  EXPECT_FALSE(parse_form_claim(with(fields, "x-amz-signature", "abc")));
  base::Fields both = fields;
  both.push_back({"signature", "abc"});
  EXPECT_FALSE(parse_form_claim(both));
}

TEST(FormSignature, IsGoodForAWeek) {
  const FormClaim claim = claim_of(signed_by_version_4());
  EXPECT_TRUE(check_form_time(claim, kMorning - 15min));
  EXPECT_TRUE(check_form_time(claim, kMorning + std::chrono::days(7)));
  const auto early = check_form_time(claim, kMorning - 15min - 1s);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().reason, RefusalReason::kNotYetValid);
  const auto late = check_form_time(claim, kMorning + std::chrono::days(7) + 1s);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, RefusalReason::kExpired);
  EXPECT_TRUE(check_form_time(claim_of(signed_by_version_2()), kMorning + std::chrono::days(99)));
}

}  // namespace
}  // namespace kennel::sign
