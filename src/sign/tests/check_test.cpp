// Signed requests, and everything that somebody between client and server might change in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sign/sigv4.h"
#include "sign/tests/signed_request.h"

namespace kennel::sign {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using namespace std::chrono_literals;

const Time kMorning = sys_days(2026y / 11 / 21) + 10h;

SignedRequest signed_request(PathRule path) {
  SignedRequest request{.method = "POST",
                        .target = "/bucket/key?b=2&a=1&a=0&flag",
                        .fields = {{"Host", "localhost:4566"},
                                   {"X-Amz-Target", "Service.Operation"},
                                   {"My-List", "1"},
                                   {"My-List", "2"}},
                        .body = "a body",
                        .at = kMorning};
  const auto added = sign_request(request.view(), kCredentials, kRegion, "s3", request.at,
                                  base::as_bytes(request.body), path);
  request.fields.insert(request.fields.end(), added.begin(), added.end());
  return request;
}

SignedRequest presigned_request(std::string_view service = "s3") {
  SignedRequest request{
      .target = "/bucket/key?a=1", .fields = {{"Host", "localhost:4566"}}, .at = kMorning};
  const PathRule path = service == "s3" ? PathRule::kAsSent : PathRule::kNormalizedTwiceEncoded;
  request.target =
      presign_target(request.view(), kCredentials, kRegion, service, kMorning, 60s, path);
  return request;
}

std::string& value_of(SignedRequest& request, std::string_view name) {
  for (base::Field& field : request.fields) {
    if (base::equals_ignoring_case(field.name, name)) return field.value;
  }
  base::end_with_bug("no such field", std::source_location::current());
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  base::check(text.find(from) != std::string::npos, "the text has what is replaced");
  text.replace(text.find(from), from.size(), to);
}

class Tampering : public testing::TestWithParam<PathRule> {
 public:
  Tampering() : request_(signed_request(GetParam())) {}
  ~Tampering() override = default;

  // nullopt: the request was accepted.
  std::optional<RefusalReason> refusal() const {
    const auto verified = verify(request_, GetParam());
    if (verified) return std::nullopt;
    return verified.error().reason;
  }

 protected:
  SignedRequest request_;
};

INSTANTIATE_TEST_SUITE_P(BothPathRules, Tampering,
                         testing::Values(PathRule::kAsSent, PathRule::kNormalizedTwiceEncoded));

constexpr auto kWrong = RefusalReason::kWrongSignature;

TEST_P(Tampering, LeavesAGoodRequestAlone) { EXPECT_EQ(refusal(), std::nullopt); }

TEST_P(Tampering, WithTheMethodIsSeen) {
  request_.method = "PUT";
  EXPECT_EQ(refusal(), kWrong);
}

TEST_P(Tampering, WithThePathIsSeen) {
  for (const char* path : {"/bucket/kez", "/bucket%2Fkey", "/bucket/key/", "/bucket/Key"}) {
    SignedRequest changed = request_;
    replace(changed.target, "/bucket/key", path);
    EXPECT_EQ(verify(changed, GetParam()).error().reason, kWrong) << path;
  }
}

TEST_P(Tampering, WithTheQueryIsSeen) {
  for (const char* query :
       {"b=2&a=1&a=0&flag&c", "b=2&a=1&flag", "b=2&a=1&a=0&flag=1", "b=0&a=1&a=2&flag",
        "b=2&a=1&a=0&flag&flag", "b=2&a=1%26a=0&flag", ""}) {
    SignedRequest changed = request_;
    changed.target = "/bucket/key?" + std::string(query);
    EXPECT_EQ(verify(changed, GetParam()).error().reason, kWrong) << query;
  }
}

TEST_P(Tampering, MayReorderParametersOfDifferentNames) {
  request_.target = "/bucket/key?a=0&a=1&b=2&fl%61g=";
  EXPECT_EQ(refusal(), std::nullopt);
}

TEST_P(Tampering, WithASignedFieldIsSeen) {
  for (const char* name : {"Host", "X-Amz-Target", "My-List", "X-Amz-Security-Token"}) {
    SignedRequest changed = request_;
    value_of(changed, name) += "x";
    EXPECT_EQ(verify(changed, GetParam()).error().reason, kWrong) << name;
  }
}

TEST_P(Tampering, WithTheOrderOfRepeatedFieldsIsSeen) {
  std::swap(request_.fields[2], request_.fields[3]);
  EXPECT_EQ(refusal(), kWrong);
}

TEST_P(Tampering, ByRepeatingASignedFieldIsSeen) {
  request_.fields.push_back({"X-Amz-Target", "Service.Other"});
  EXPECT_EQ(refusal(), kWrong);
}

TEST_P(Tampering, ByAddingAnAmzFieldIsSeen) {
  request_.fields.push_back({"X-Amz-Acl", "public-read"});
  EXPECT_EQ(refusal(), RefusalReason::kUnsignedField);
}

TEST_P(Tampering, ByRemovingASignedFieldIsSeen) {
  request_.fields.erase(request_.fields.begin() + 1);
  EXPECT_EQ(refusal(), kWrong);
}

TEST_P(Tampering, WithTheBodyIsSeen) {
  request_.body = "another body";
  const auto wanted = GetParam() == PathRule::kAsSent ? RefusalReason::kWrongPayload : kWrong;
  EXPECT_EQ(refusal(), wanted);
}

TEST_P(Tampering, WithTheTimeIsSeen) {
  value_of(request_, "X-Amz-Date") = "20261121T100001Z";
  EXPECT_EQ(refusal(), kWrong);
}

TEST_P(Tampering, WithTheScopeIsSeen) {
  SignedRequest other_region = request_;
  replace(value_of(other_region, "Authorization"), "us-east-1", "us-east-2");
  EXPECT_EQ(verify(other_region, GetParam()).error().reason, kWrong);
  SignedRequest other_service = request_;
  replace(value_of(other_service, "Authorization"), "/s3/", "/iam/");
  EXPECT_EQ(verify(other_service, GetParam()).error().reason, kWrong);
  SignedRequest other_day = request_;
  replace(value_of(other_day, "Authorization"), "/20261121/", "/20261122/");
  EXPECT_EQ(verify(other_day, GetParam()).error().reason, RefusalReason::kWrongScope);
}

TEST_P(Tampering, WithTheSignedNamesIsSeen) {
  replace(value_of(request_, "Authorization"), "my-list;", "");
  EXPECT_EQ(refusal(), kWrong);
}

TEST_P(Tampering, WithEveryDigitOfTheSignatureIsSeen) {
  const std::size_t start = value_of(request_, "Authorization").size() - 64;
  for (std::size_t at = start; at < start + 64; ++at) {
    SignedRequest changed = request_;
    char& digit = value_of(changed, "Authorization")[at];
    digit = digit == '0' ? '1' : '0';
    EXPECT_EQ(verify(changed, GetParam()).error().reason, kWrong);
  }
}

TEST_P(Tampering, ByCuttingTheSignatureIsSeen) {
  std::string& authorization = value_of(request_, "Authorization");
  while (!authorization.ends_with("Signature=")) {
    authorization.pop_back();
    EXPECT_EQ(refusal(), RefusalReason::kMalformed);
  }
}

TEST(CheckSignature, WantsTheSecretThatSigned) {
  const auto verified = verify(signed_request(PathRule::kAsSent), PathRule::kAsSent, "other");
  EXPECT_EQ(verified.error().reason, kWrong);
  EXPECT_THAT(verified.error().message, testing::StartsWith("The request signature we calculated"));
}

TEST(CheckSignature, ShowsWhatItSigned) {
  SignedRequest request = signed_request(PathRule::kAsSent);
  request.method = "GET";
  const Refusal refusal = verify(request, PathRule::kAsSent).error();
  EXPECT_THAT(refusal.canonical_request,
              testing::StartsWith("GET\n/bucket/key\na=0&a=1&b=2&flag=\nhost:localhost:4566\n"
                                  "my-list:1,2\n"));
  EXPECT_THAT(refusal.string_to_sign, testing::StartsWith("AWS4-HMAC-SHA256\n20261121T100000Z\n"
                                                          "20261121/us-east-1/s3/aws4_request\n"));
}

TEST(CheckSignature, AcceptsPresignedUrls) {
  EXPECT_TRUE(verify(presigned_request(), PathRule::kAsSent));
  EXPECT_TRUE(verify(presigned_request("sts"), PathRule::kNormalizedTwiceEncoded));
}

TEST(CheckSignature, RefusesAChangedPresignedUrl) {
  for (const auto& [from, to] :
       {std::pair{"Expires=60", "Expires=61"}, std::pair{"Token=token", "Token=other"},
        std::pair{"&X-Amz-Security-Token=token", ""}, std::pair{"us-east-1", "us-east-2"},
        std::pair{"T100000Z", "T100001Z"}, std::pair{"key", "kez"}, std::pair{"a=1", "a=1&b"}}) {
    SignedRequest request = presigned_request();
    replace(request.target, from, to);
    EXPECT_EQ(verify(request, PathRule::kAsSent).error().reason, kWrong) << to;
  }
}

TEST(CheckSignature, RefusesAHashThatThePresignedUrlDidNotSign) {
  SignedRequest request = presigned_request();
  request.fields.push_back({"X-Amz-Content-Sha256", std::string(64, '0')});
  EXPECT_EQ(verify(request, PathRule::kAsSent).error().reason, kWrong);
}

Checked<void> check_at(Time now, std::optional<seconds> expires_after = std::nullopt) {
  Claim claim;
  claim.signed_at = kMorning;
  claim.expires_after = expires_after;
  return check_time(claim, {.now = now});
}

TEST(CheckTime, AllowsExactlyFifteenMinutesEitherWay) {
  EXPECT_TRUE(check_at(kMorning + 15min));
  EXPECT_TRUE(check_at(kMorning + 15min + 999ms));
  EXPECT_TRUE(check_at(kMorning - 15min));
}

TEST(CheckTime, RefusesAnOldSignatureInTheWordsOfAws) {
  const Refusal refusal = check_at(kMorning + 30min).error();
  EXPECT_EQ(refusal.reason, RefusalReason::kTooOld);
  EXPECT_EQ(refusal.message,
            "Signature expired: 20261121T100000Z is now earlier than 20261121T101500Z "
            "(20261121T103000Z - 15 min.)");
  EXPECT_EQ(check_at(kMorning + 15min + 1s).error().reason, RefusalReason::kTooOld);
}

TEST(CheckTime, RefusesAFutureSignatureInTheWordsOfAws) {
  const Refusal refusal = check_at(kMorning - 30min).error();
  EXPECT_EQ(refusal.reason, RefusalReason::kNotYetValid);
  EXPECT_EQ(refusal.message,
            "Signature not yet current: 20261121T100000Z is still later than 20261121T094500Z "
            "(20261121T093000Z + 15 min.)");
  EXPECT_EQ(check_at(kMorning - 15min - 1s).error().reason, RefusalReason::kNotYetValid);
}

TEST(CheckTime, LetsAPresignedUrlLiveAsLongAsItSays) {
  EXPECT_TRUE(check_at(kMorning + 60s, 60s));
  EXPECT_EQ(check_at(kMorning + 61s, 60s).error().reason, RefusalReason::kExpired);
  EXPECT_TRUE(check_at(kMorning + 24h * 7, seconds(604'800)));
  EXPECT_EQ(check_at(kMorning - 16min, 60s).error().reason, RefusalReason::kNotYetValid);
}

}  // namespace
}  // namespace kennel::sign
