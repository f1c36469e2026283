#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sign/sigv4.h"
#include "sign/tests/signed_request.h"

namespace kennel::sign {
namespace {

using std::chrono::sys_days;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string kSignature(64, 'a');
const std::string kCredential = "Credential=AKID/20261121/us-east-1/iam/aws4_request";
const std::string kNames = "SignedHeaders=host;x-amz-date";
const base::Field kHost{"Host", "localhost:4566"};
const base::Field kDate{"X-Amz-Date", "20261121T103000Z"};

base::Fields with_authorization(const std::string& value) {
  return {kHost, kDate, {"Authorization", value}};
}

base::Fields good_fields() {
  return with_authorization("AWS4-HMAC-SHA256 " + kCredential + ", " + kNames +
                            ", Signature=" + kSignature);
}

base::Fields with_field(base::Field field) {
  base::Fields fields = good_fields();
  fields.push_back(std::move(field));
  return fields;
}

Checked<std::optional<Claim>> parse(const base::Fields& fields, std::string_view target = "/") {
  return parse_claim({"GET", target, fields});
}

Refusal refusal_of(const base::Fields& fields, std::string_view target = "/") {
  const auto claim = parse(fields, target);
  EXPECT_FALSE(claim.has_value()) << "accepted";
  return claim ? Refusal{} : claim.error();
}

#define EXPECT_REFUSED(refusal, wanted_reason, words)        \
  {                                                          \
    const Refusal refused = (refusal);                       \
    EXPECT_EQ(refused.reason, RefusalReason::wanted_reason); \
    EXPECT_THAT(refused.message, HasSubstr(words));          \
  }

TEST(ParseClaim, FindsNoneInARequestWithoutASignature) {
  EXPECT_EQ(parse({kHost, kDate}, "/?Action=GetUser&X-Amz-Date=x").value(), std::nullopt);
}

TEST(ParseClaim, ReadsAnAuthorizationHeader) {
  const Claim claim = parse(good_fields()).value().value();
  EXPECT_EQ(claim.access_key_id, "AKID");
  EXPECT_EQ(claim.scope, (Scope{"20261121", "us-east-1", "iam"}));
  EXPECT_EQ(claim.signed_at, sys_days(2026y / 11 / 21) + 10h + 30min);
  EXPECT_EQ(claim.signed_fields, (std::vector<std::string>{"host", "x-amz-date"}));
  EXPECT_EQ(claim.signature, kSignature);
  EXPECT_EQ(claim.payload, Payload::kHashed);
  EXPECT_EQ(claim.payload_hash, std::nullopt);
  EXPECT_FALSE(claim.presigned);
}

TEST(ParseClaim, NeedsNoBlanksAfterCommas) {
  EXPECT_TRUE(parse(with_authorization("AWS4-HMAC-SHA256 " + kCredential + "," + kNames +
                                       ",Signature=" + kSignature)));
}

TEST(ParseClaim, NamesAllThatIsMissing) {
  const Refusal refusal = refusal_of({kHost, {"Authorization", "AWS4-HMAC-SHA256"}});
  EXPECT_EQ(refusal.reason, RefusalReason::kMalformed);
  EXPECT_EQ(refusal.message,
            "Authorization header requires 'Credential' parameter. Authorization header requires "
            "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            "Authorization=AWS4-HMAC-SHA256");
}

TEST(ParseClaim, RefusesOtherMechanisms) {
  EXPECT_REFUSED(refusal_of(with_authorization("AWS AKID:c2lnbmF0dXJl")), kMalformed,
                 "Please use AWS4-HMAC-SHA256. Got 'AWS'");
  EXPECT_REFUSED(refusal_of(with_authorization("Bearer token")), kMalformed, "Got 'Bearer'");
  EXPECT_REFUSED(refusal_of(with_authorization("")), kMalformed, "not supported");
  EXPECT_REFUSED(refusal_of(with_authorization("AWS4-ECDSA-P256-SHA256 " + kCredential)),
                 kMalformed, "Signature Version 4A");
  EXPECT_REFUSED(refusal_of({kHost}, "/?AWSAccessKeyId=AKID&Signature=x"), kMalformed,
                 "Expires is a number of seconds");
}

TEST(ParseClaim, RefusesTwoMechanismsAtOnce) {
  for (const char* target : {"/?X-Amz-Signature=a", "/?X-Amz-Algorithm=a", "/?X-Amz-Credential=a",
                             "/?AWSAccessKeyId=a&Signature=b", "/?X%2dAmz-Signature=a"}) {
    EXPECT_REFUSED(refusal_of(good_fields(), target), kMalformed, "Only one auth mechanism");
  }
}

TEST(ParseClaim, RefusesFieldsThatAreThereTwice) {
  EXPECT_REFUSED(refusal_of(with_field({"authorization", "x"})), kMalformed, "'authorization'");
  EXPECT_REFUSED(refusal_of(with_field({"x-amz-date", "20261121T103000Z"})), kMalformed,
                 "'x-amz-date' more than once");
  EXPECT_REFUSED(refusal_of(with_field(kHost)), kMalformed, "'host' more than once");
  for (const char* name : {"X-Amz-Security-Token", "X-Amz-Content-Sha256", "Date"}) {
    base::Fields fields = with_field({name, "UNSIGNED-PAYLOAD"});
    fields.push_back(fields.back());
    EXPECT_REFUSED(refusal_of(fields), kMalformed, "more than once");
  }
}

TEST(ParseClaim, RefusesAMalformedAuthorization) {
  const std::string start = "AWS4-HMAC-SHA256 " + kCredential + ", ";
  const std::string end = ", Signature=" + kSignature;
  const std::vector<std::string> values{start + kNames + end + end,
                                        start + kNames + end + ", Region=x",
                                        start + kNames + ";" + end,
                                        start + "SignedHeaders=x-amz-date;host" + end,
                                        start + "SignedHeaders=Host;x-amz-date" + end,
                                        start + "SignedHeaders=host;host;x-amz-date" + end,
                                        start + "SignedHeaders=" + end,
                                        start + kNames + end.substr(0, end.size() - 1),
                                        start + kNames + end + "a",
                                        start + kNames + ", Signature=" + std::string(64, 'A')};
  for (const std::string& value : values) {
    EXPECT_EQ(refusal_of(with_authorization(value)).reason, RefusalReason::kMalformed) << value;
  }
}

TEST(ParseClaim, RefusesAMalformedCredential) {
  const std::string end = ", " + kNames + ", Signature=" + kSignature;
  const auto with_credential = [&](const std::string& credential) {
    return with_authorization("AWS4-HMAC-SHA256 Credential=" + credential + end);
  };
  for (const char* credential :
       {"", "AKID", "AKID/20261121/us-east-1/iam", "AKID/20261121/us-east-1/iam/aws4_request/x",
        "/20261121/us-east-1/iam/aws4_request", "AKID/20261121//iam/aws4_request",
        "AK ID/20261121/us-east-1/iam/aws4_request"}) {
    EXPECT_REFUSED(refusal_of(with_credential(credential)), kMalformed,
                   "Credential must have exactly 5 slash-delimited elements");
  }
  EXPECT_REFUSED(refusal_of(with_credential("AKID/20261121/us-east-1/iam/aws5_request")),
                 kMalformed, "valid terminator: 'aws4_request', not 'aws5_request'");
}

TEST(ParseClaim, RefusesAScopeOfAnotherDay) {
  base::Fields fields = good_fields();
  fields[1].value = "20261122T000000Z";
  EXPECT_REFUSED(refusal_of(fields), kWrongScope,
                 "'20261121' != '20261122', from '20261122T000000Z'");
}

TEST(ParseClaim, RefusesAMalformedDate) {
  base::Fields fields = good_fields();
  fields[1].value = "Sat, 21 Nov 2026 10:30:00 GMT";
  EXPECT_REFUSED(refusal_of(fields), kMalformed, "Date must be in ISO-8601 'basic format'. Got");
}

TEST(ParseClaim, TakesTheDateHeaderWhereThereIsNoAmzDate) {
  const std::string authorization =
      "AWS4-HMAC-SHA256 " + kCredential + ",SignedHeaders=date;host,Signature=" + kSignature;
  for (const char* date : {"Sat, 21 Nov 2026 10:30:00 -0000", "20261121T103000Z"}) {
    base::Fields fields = with_authorization(authorization);
    fields[1] = {"Date", date};
    EXPECT_EQ(parse(fields).value()->signed_at, sys_days(2026y / 11 / 21) + 10h + 30min);
  }
}

TEST(ParseClaim, TakesAmzDateBeforeDate) {
  const auto claim = parse(with_field({"Date", "Sun, 22 Nov 2026 10:30:00 GMT"}));
  EXPECT_EQ(claim.value()->signed_at, sys_days(2026y / 11 / 21) + 10h + 30min);
}

TEST(ParseClaim, WantsHostAndEveryAmzFieldSigned) {
  EXPECT_REFUSED(refusal_of(with_field({"X-Amz-Target", "x"})), kUnsignedField, "'x-amz-target'");
  EXPECT_REFUSED(refusal_of(with_field({"X-Amz-Content-Sha256", kSignature})), kUnsignedField,
                 "'x-amz-content-sha256'");
  EXPECT_REFUSED(
      refusal_of(with_authorization("AWS4-HMAC-SHA256 " + kCredential +
                                    ",SignedHeaders=x-amz-date,Signature=" + kSignature)),
      kUnsignedField, "'Host'");
  EXPECT_TRUE(parse(with_field({"X-Amzn-Trace-Id", "Root=1"})));
}

TEST(ParseClaim, WantsEverySignedFieldThere) {
  base::Fields fields = good_fields();
  fields.erase(fields.begin());
  EXPECT_REFUSED(refusal_of(fields), kMalformed, "no Host");
  EXPECT_REFUSED(refusal_of(with_authorization(
                     "AWS4-HMAC-SHA256 " + kCredential +
                     ",SignedHeaders=host;x-amz-date;x-gone,Signature=" + kSignature)),
                 kWrongSignature, "'x-gone', which the request does not have");
}

Claim claim_with_payload(const std::string& word) {
  base::Fields fields = with_authorization(
      "AWS4-HMAC-SHA256 " + kCredential +
      ",SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=" + kSignature);
  fields.push_back({"x-amz-content-sha256", word});
  const auto claim = parse(fields);
  EXPECT_TRUE(claim.has_value()) << claim.error().message;
  return claim.value().value();
}

TEST(ParseClaim, ReadsHowTheBodyIsVouchedFor) {
  EXPECT_EQ(claim_with_payload(kSignature).payload, Payload::kHashed);
  EXPECT_EQ(claim_with_payload(kSignature).payload_hash, kSignature);
  EXPECT_EQ(claim_with_payload("UNSIGNED-PAYLOAD").payload, Payload::kUnsigned);
  EXPECT_EQ(claim_with_payload("STREAMING-AWS4-HMAC-SHA256-PAYLOAD").payload,
            Payload::kSignedChunks);
  EXPECT_EQ(claim_with_payload("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER").payload,
            Payload::kSignedChunksTrailer);
  EXPECT_EQ(claim_with_payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER").payload,
            Payload::kUnsignedChunksTrailer);
}

TEST(ParseClaim, RefusesAnotherWordForTheBody) {
  for (const char* word :
       {"", "unsigned-payload", "abc", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"}) {
    EXPECT_REFUSED(refusal_of(with_field({"X-Amz-Content-Sha256", word})), kMalformed,
                   "x-amz-content-sha256 must be UNSIGNED-PAYLOAD");
  }
}

std::string presigned_target(std::string_view service = "s3", std::string_view expires = "60") {
  return "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Fus-east-1%2F" +
         std::string(service) +
         "%2Faws4_request&X-Amz-Date=20261121T103000Z&X-Amz-Expires=" + std::string(expires) +
         "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + kSignature;
}

TEST(ParseClaim, ReadsAPresignedUrl) {
  const Claim claim =
      parse({kHost}, presigned_target() + "&X-Amz-Security-Token=a%2Bb").value().value();
  EXPECT_TRUE(claim.presigned);
  EXPECT_EQ(claim.expires_after, 60s);
  EXPECT_EQ(claim.session_token, "a+b");
  EXPECT_EQ(claim.scope.service, "s3");
}

TEST(ParseClaim, TakesThePayloadOfAPresignedUrlFromQueryOrHeader) {
  EXPECT_EQ(parse({kHost}, presigned_target()).value()->payload_hash, "UNSIGNED-PAYLOAD");
  EXPECT_EQ(parse({kHost}, presigned_target("sts")).value()->payload_hash, std::nullopt);
  const base::Field hash{"X-Amz-Content-Sha256", kSignature};
  EXPECT_EQ(parse({kHost, hash}, presigned_target()).value()->payload_hash, kSignature);
  const std::string in_query = presigned_target("sts") + "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD";
  EXPECT_EQ(parse({kHost}, in_query).value()->payload, Payload::kUnsigned);
  EXPECT_REFUSED(refusal_of({kHost, hash}, in_query), kMalformed, "send one of them");
}

TEST(ParseClaim, RefusesAnExpiryOutOfRange) {
  EXPECT_TRUE(parse({kHost}, presigned_target("s3", "1")));
  EXPECT_TRUE(parse({kHost}, presigned_target("s3", "604800")));
  for (const char* expires : {"0", "-1", "604801", "", "1s", "99999999999", "1.5"}) {
    EXPECT_REFUSED(refusal_of({kHost}, presigned_target("s3", expires)), kMalformed,
                   "X-Amz-Expires must be a number of seconds from 1, and less than a week");
  }
}

TEST(ParseClaim, RefusesAPresignedUrlThatLacksAParameter) {
  const std::string whole = presigned_target();
  for (const char* name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
                           "X-Amz-SignedHeaders", "X-Amz-Signature"}) {
    std::string target = whole;
    target.replace(target.find(name), 5, "Other");
    EXPECT_REFUSED(refusal_of({kHost}, target), kMalformed,
                   "Query-string authentication version 4");
    std::string twice = whole;
    twice.append("&").append(name).append("=1");
    EXPECT_REFUSED(refusal_of({kHost}, twice), kMalformed, "more than once");
  }
}

TEST(ParseClaim, RefusesAPresignedUrlOfAnotherAlgorithm) {
  std::string target = presigned_target();
  target.replace(target.find("AWS4-HMAC-SHA256"), 16, "AWS4-ECDSA-P256-SHA256");
  EXPECT_REFUSED(refusal_of({kHost}, target), kMalformed, "X-Amz-Algorithm only supports");
}

TEST(ParseClaim, RefusesFieldsBesideAPresignedUrl) {
  EXPECT_REFUSED(refusal_of({kHost, kDate}, presigned_target()), kMalformed, "'x-amz-date'");
  EXPECT_REFUSED(refusal_of({kHost, {"X-Amz-Security-Token", "t"}}, presigned_target()), kMalformed,
                 "'x-amz-security-token'");
  EXPECT_REFUSED(refusal_of({kHost, {"X-Amz-Acl", "public"}}, presigned_target()), kUnsignedField,
                 "'x-amz-acl'");
}

TEST(ParseClaim, ShowsNoControlCharactersAndNoLongValues) {
  const Refusal refusal =
      refusal_of(with_authorization(std::string("\x1b[31m\xff") + std::string(1000, 'x')));
  EXPECT_THAT(refusal.message, HasSubstr("'?[31m?xxx"));
  EXPECT_LT(refusal.message.size(), 300U);
}

}  // namespace
}  // namespace kennel::sign
