// What botocore signs we accept, and we sign as botocore does.
#include <gtest/gtest.h>

#include "sign/tests/oracle.h"
#include "sign/tests/signed_request.h"
#include "sign/timestamp.h"

namespace kennel::sign {
namespace {

using nlohmann::json;

constexpr int kRandomRequests = 300;

base::Fields to_fields(const json& pairs) {
  base::Fields fields;
  for (const json& pair : pairs) fields.push_back({pair[0], pair[1]});
  return fields;
}

SignedRequest to_request(const json& answer) {
  return {.method = answer["method"],
          .target = answer["target"],
          .fields = to_fields(answer["fields"]),
          .body = answer["body"],
          .at = parse_iso_basic(answer["at"].get<std::string>()).value()};
}

PathRule path_rule(const json& answer) {
  return answer["as_sent"] ? PathRule::kAsSent : PathRule::kNormalizedTwiceEncoded;
}

class Botocore : public testing::Test {
 public:
  static const json& answers() {
    static const json kAnswers = ask_oracle("requests", choose_seed(), kRandomRequests);
    return kAnswers;
  }
};

TEST_F(Botocore, SignsWhatWeAccept) {
  ASSERT_GT(answers().size(), kRandomRequests + 100U);
  for (const json& answer : answers()) {
    SCOPED_TRACE(answer.dump());
    const auto verified =
        verify(to_request(answer), path_rule(answer), answer["secret"].get<std::string>());
    EXPECT_TRUE(verified) << verified.error().message << '\n' << verified.error().canonical_request;
  }
}

TEST_F(Botocore, SaysWhatWeRead) {
  for (const json& answer : answers()) {
    SCOPED_TRACE(answer.dump());
    const SignedRequest request = to_request(answer);
    const auto claim = parse_claim(request.view()).value().value();
    EXPECT_EQ(claim.access_key_id, answer["access_key_id"].get<std::string>());
    EXPECT_EQ(claim.session_token, answer["session_token"].get<std::string>());
    EXPECT_EQ(claim.scope.text(), answer["at"].get<std::string>().substr(0, 8) + "/" +
                                      answer["region"].get<std::string>() + "/" +
                                      answer["service"].get<std::string>() + "/aws4_request");
    EXPECT_EQ(claim.signed_at, request.at);
    EXPECT_EQ(claim.presigned, answer["presigned"].get<bool>());
    EXPECT_EQ(claim.expires_after.has_value(), claim.presigned);
    EXPECT_EQ(claim.payload == Payload::kUnsigned,
              claim.presigned && answer["as_sent"].get<bool>());
  }
}

TEST_F(Botocore, SignsAsWeDo) {
  int compared = 0;
  for (const json& answer : answers()) {
    const base::Fields before = to_fields(answer["fields_before"]);
    // Where a request has a Date, botocore signs with that one, and we with X-Amz-Date.
    if (answer["presigned"] || base::find_field(before, "date")) continue;
    SCOPED_TRACE(answer.dump());
    const SignedRequest request = to_request(answer);
    const auto added =
        sign_request({request.method, request.target, before},
                     {answer["access_key_id"], answer["secret"], answer["session_token"]},
                     answer["region"].get<std::string>(), answer["service"].get<std::string>(),
                     request.at, base::as_bytes(request.body), path_rule(answer));
    EXPECT_EQ(base::find_field(added, "Authorization"),
              base::find_field(request.fields, "Authorization"));
    ++compared;
  }
  EXPECT_GT(compared, kRandomRequests / 3);
}

// Each byte of the signed target, changed, is another request; but for a segment that ".." drops.
TEST_F(Botocore, SignsEveryByteOfTheTarget) {
  for (std::size_t at = 0; at < answers().size(); at += 20) {
    const json& answer = answers()[at];
    const SignedRequest request = to_request(answer);
    if (request.target.find("/.") != std::string::npos) continue;
    for (std::size_t place = 1; place < request.target.size(); ++place) {
      SignedRequest changed = request;
      changed.target[place] = changed.target[place] == 'Q' ? 'q' : 'Q';
      SCOPED_TRACE(answer.dump() + "\nas " + changed.target);
      EXPECT_FALSE(parse_claim(changed.view()).has_value() &&
                   parse_claim(changed.view())->has_value() &&
                   verify(changed, path_rule(answer), answer["secret"].get<std::string>()));
    }
  }
}

}  // namespace
}  // namespace kennel::sign
