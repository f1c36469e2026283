#include <gtest/gtest.h>

#include "wire/codec.h"
#include "wire/tests/models.h"

namespace kennel::wire {
namespace {

const Service& kS3 = models::s3::kService;
const Service& kLambda = models::lambda::kService;

Outcome<Document> decode(const Service& service, std::string_view operation,
                         std::string_view target, const base::Fields& fields,
                         std::string_view body = "") {
  return decode_input(service, models::find_operation(service, operation),
                      {"PUT", target, fields, body});
}

std::string refusal(const Outcome<Document>& input) { return input ? "" : input.error().code; }

std::string refused_tagging(std::string_view body) {
  return refusal(decode(kS3, "PutBucketTagging", "/b?tagging", {}, body));
}

TEST(RestXmlCodec, ReadsPathHeadersAndPrefixes) {
  const auto input = decode(kS3, "PutObject", "/b/a%20b//c+d",
                            {{"content-type", "text/plain"},
                             {"X-Amz-Meta-Owner", "me"},
                             {"x-amz-server-side-encryption-bucket-key-enabled", "TRUE"}},
                            "not looked at");
  ASSERT_TRUE(input);
  EXPECT_EQ(*input, Document::parse(R"({"Bucket": "b", "Key": "a b//c+d", "BucketKeyEnabled": true,
      "ContentType": "text/plain", "Metadata": {"owner": "me"}})"));
}

TEST(RestXmlCodec, ReadsAttributesUnderAnyPrefix) {
  const auto input = decode(kS3, "PutBucketAcl", "/b?acl", {},
                            "<AccessControlPolicy xmlns:i='http://www.w3.org/2001/XMLSchema-"
                            "instance'><AccessControlList><Grant><Grantee i:type='CanonicalUser'>"
                            "<ID>1</ID></Grantee></Grant></AccessControlList>"
                            "</AccessControlPolicy>");
  ASSERT_TRUE(input);
  EXPECT_EQ((*input)["AccessControlPolicy"]["Grants"][0]["Grantee"],
            Document::parse(R"({"ID": "1", "Type": "CanonicalUser"})"));
}

TEST(RestXmlCodec, RefusesADocumentType) {
  EXPECT_EQ(refused_tagging("<!DOCTYPE x [<!ENTITY e 'x'>]><Tagging><TagSet/></Tagging>"),
            "MalformedXML");
  EXPECT_EQ(refused_tagging("<!DOCTYPE Tagging SYSTEM 'file:///etc/passwd'><Tagging/>"),
            "MalformedXML");
}

TEST(RestXmlCodec, RefusesWhatIsNotTheDocumentItWaitsFor) {
  for (const char* body :
       {"<", "x", "<Tagging>", "<Other/>", "<Tagging/><Tagging/>", "<Tagging>\xff</Tagging>",
        "<Tagging><TagSet><Tag><Key>&#xD800;</Key></Tag></TagSet></Tagging>",
        "<Tagging><TagSet/><TagSet/></Tagging>"}) {
    EXPECT_EQ(refused_tagging(body), "MalformedXML") << body;
  }
}

TEST(RestXmlCodec, RefusesDepthWithoutEnd) {
  std::string deep = "<Tagging>";
  for (int depth = 0; depth < 100'000; ++depth) deep += "<a>";
  EXPECT_EQ(refused_tagging(deep), "MalformedXML");
  for (int depth = 0; depth < 100'000; ++depth) deep += "</a>";
  EXPECT_EQ(refused_tagging(deep + "</Tagging>"), "MalformedXML");
}

TEST(RestXmlCodec, RefusesBrokenHeadersPathsAndParameters) {
  EXPECT_EQ(refusal(decode(kS3, "PutObject", "/b/%zz", {})), "InvalidArgument");
  EXPECT_EQ(refusal(decode(kS3, "PutObject", "/b/%ff", {})), "InvalidArgument");
  EXPECT_EQ(refusal(decode(kS3, "PutObject", "/b/k", {{"Cache-Control", "\xff"}})),
            "InvalidArgument");
  EXPECT_EQ(refusal(decode(kS3, "PutObject", "/b/k", {{"Content-Length", "many"}})),
            "InvalidArgument");
  EXPECT_EQ(refusal(decode(kS3, "ListObjectsV2", "/b?list-type=2&max-keys=x", {})),
            "InvalidArgument");
  EXPECT_EQ(
      refusal(decode(kS3, "PutObject", "/b/k", {{"x-amz-meta-a", "1"}, {"X-Amz-Meta-A", "2"}})),
      "InvalidArgument");
}

TEST(RestXmlCodec, ReadsListsInHeaders) {
  const auto read = [](const base::Fields& fields) {
    return (*decode(kS3, "GetObjectAttributes", "/b/k?attributes", fields))["ObjectAttributes"];
  };
  EXPECT_EQ(read({{"x-amz-object-attributes", "ETag , \"a,b\\\"c\",  Checksum"}}),
            Document({"ETag", "a,b\"c", "Checksum"}));
  EXPECT_EQ(read({{"x-amz-object-attributes", "A"}, {"X-Amz-Object-Attributes", "B"}}),
            Document({"A", "B"}));
}

TEST(RestXmlCodec, RefusesAListThatEndsWithinQuotationMarks) {
  EXPECT_EQ(refusal(decode(kS3, "GetObjectAttributes", "/b/k?attributes",
                           {{"x-amz-object-attributes", "\"a"}})),
            "InvalidArgument");
}

TEST(RestXmlCodec, KeepsLineEndsOutOfHeaders) {
  const auto response = encode_output(
      kS3, models::find_operation(kS3, "GetObject"),
      {{"ContentDisposition", "a\r\nSet-Cookie: b"}, {"Metadata", {{"k\n", "v\n"}}}}, "id-1");
  for (const base::Field& field : response.fields) {
    EXPECT_EQ((field.name + field.value).find_first_of("\r\n"), std::string::npos);
  }
}

TEST(RestXmlCodec, ShowsWhatXmlCannotSayAsAReplacement) {
  const auto response =
      encode_output(kS3, models::find_operation(kS3, "ListObjectsV2"),
                    {{"Contents", {{{"Key", std::string("a\x01\xef\xbf\xbf") + "b\r"}}}}}, "id-1");
  EXPECT_NE(response.body.find("<Key>a\xef\xbf\xbd\xef\xbf\xbd"
                               "b&#xD;</Key>"),
            std::string::npos)
      << response.body;
}

TEST(RestXmlCodec, HasNoBodyInAnswersThatMayHaveNone) {
  const auto head =
      encode_output(kS3, models::find_operation(kS3, "HeadObject"), {{"ContentLength", 5}}, "id-1");
  EXPECT_EQ(head.body, "");
  const auto unchanged = encode_error(kS3, {"NotModified", 304, "Not Modified"}, "id-1");
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(base::find_field(unchanged.fields, "Content-Type"), std::nullopt);
}

TEST(RestXmlCodec, WritesErrorsWithoutAWrapper) {
  const auto response = encode_error(
      kS3, {"NoSuchKey", 404, "gone", true, "", {{"Key", "a<b"}, {"BucketName", "b"}}}, "id-1");
  EXPECT_EQ(base::find_field(response.fields, "x-amz-request-id"), "id-1");
  EXPECT_NE(response.body.find("<Error><Code>NoSuchKey</Code><Message>gone</Message>"),
            std::string::npos);
}

TEST(RestXmlCodec, TellsDetailsThatNoModelKnows) {
  const auto response = encode_error(
      kS3, {"MethodNotAllowed", 405, "no", true, "", {{"ResourceType", "<OBJECT>"}}}, "id-1");
  EXPECT_NE(response.body.find("<ResourceType>&lt;OBJECT&gt;</ResourceType>"), std::string::npos);
}

TEST(RestXmlCodec, WritesTheLocationOfABucketAsTheRoot) {
  Operation operation = models::find_operation(kS3, "GetBucketLocation");
  operation.unwrapped_output = true;
  EXPECT_EQ(encode_output(kS3, operation, {{"LocationConstraint", "eu-west-1"}}, "id-1").body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<LocationConstraint>eu-west-1</LocationConstraint>");
}

TEST(RestJsonCodec, ReadsPathQueryAndBody) {
  const auto input = decode(kLambda, "UntagResource",
                            "/2017-03-31/tags/arn%3Aaws%3Aa%2Fb?tagKeys=a&tagKeys=b%20c", {});
  ASSERT_TRUE(input);
  EXPECT_EQ(*input, Document::parse(R"({"Resource": "arn:aws:a/b", "TagKeys": ["a", "b c"]})"));
}

TEST(RestJsonCodec, TakesNothingFromTheBodyThatTravelsElsewhere) {
  const auto input =
      decode(kLambda, "UpdateFunctionConfiguration", "/2015-03-31/functions/mine/configuration", {},
             R"({"FunctionName": "other", "Timeout": 3})");
  ASSERT_TRUE(input);
  EXPECT_EQ(*input, Document::parse(R"({"FunctionName": "mine", "Timeout": 3})"));
}

TEST(RestJsonCodec, RefusesABodyThatIsNotJson) {
  EXPECT_EQ(refusal(decode(kLambda, "CreateFunction", "/2015-03-31/functions", {}, "{")),
            "SerializationException");
}

TEST(RestJsonCodec, SaysInErrorsWhoseFaultItWas) {
  const auto response = encode_error(kLambda,
                                     {"ResourceNotFoundException", 404, "Function not found: f",
                                      true, "ResourceNotFoundException"},
                                     "id-1");
  EXPECT_EQ(response.body, R"({"Message":"Function not found: f","Type":"User"})");
  EXPECT_EQ(base::find_field(response.fields, "x-amzn-ErrorType"), "ResourceNotFoundException");
}

TEST(RestJsonCodec, PutsTheMembersOfErrorsIntoTheirHeaders) {
  const auto response = encode_error(kLambda,
                                     {"TooManyRequestsException",
                                      429,
                                      "Rate Exceeded.",
                                      true,
                                      "TooManyRequestsException",
                                      {{"retryAfterSeconds", "1"}, {"Reason", "R"}}},
                                     "id-1");
  EXPECT_EQ(base::find_field(response.fields, "Retry-After"), "1");
  EXPECT_EQ(Document::parse(response.body)["Reason"], "R");
}

}  // namespace
}  // namespace kennel::wire
