#include <gtest/gtest.h>

#include <cmath>

#include "wire/codec.h"
#include "wire/tests/tables.h"

namespace kennel::wire {
namespace {

const Service kService = tables::service_of(Protocol::kJson);

Outcome<Document> decode(const std::string& body) {
  return decode_input(kService, kService.operations[0], {"POST", "/", {}, body});
}

std::string refusal(const std::string& body) {
  const auto input = decode(body);
  return input ? "" : input.error().code + ": " + input.error().message;
}

TEST(JsonCodec, TakesNoBodyForAnEmptyObject) {
  EXPECT_EQ(*decode(""), Document::object());
  EXPECT_EQ(*decode("{}"), Document::object());
}

TEST(JsonCodec, IgnoresWhatItDoesNotKnowAndNull) {
  EXPECT_EQ(*decode(R"({"RoleName": "a", "Unknown": {"x": [1]}, "Count": null})"),
            Document({{"RoleName", "a"}}));
}

TEST(JsonCodec, KeepsNullInListsForTheValidator) {
  EXPECT_TRUE((*decode(R"({"Names": [null]})"))["Names"][0].is_null());
}

TEST(JsonCodec, ReadsMomentsInTheirThreeForms) {
  for (const char* moment : {"1795255200.5", "\"2026-11-21T10:00:00.5Z\"",
                             "\"2026-11-21T12:00:00.500+02:00\"", "\"1795255200.5\""}) {
    EXPECT_EQ((*decode(std::string("{\"When\": ") + moment + "}"))["When"], 1795255200.5) << moment;
  }
}

TEST(JsonCodec, RefusesMomentsThatAreNone) {
  for (const char* moment :
       {"1e300", "-1e300", "\"2026-02-30T10:00:00Z\"", "\"2026-11-21\"", "\"nan\"", "true",
        "\"2026-11-21T10:00:00\"", "\"\"", "\"0000-01-01T00:00:00Z\""}) {
    EXPECT_NE(refusal(std::string("{\"When\": ") + moment + "}"), "") << moment;
  }
}

TEST(JsonCodec, ReadsNumbersThatAreNone) {
  EXPECT_TRUE(std::isnan((*decode(R"({"Ratio": "NaN"})"))["Ratio"].get<double>()));
  EXPECT_EQ((*decode(R"({"Ratio": "-Infinity"})"))["Ratio"], -HUGE_VAL);
}

TEST(JsonCodec, SaysWhatCannotBeConvertedAndWhere) {
  EXPECT_EQ(refusal(R"({"RoleName": 1})"),
            "SerializationException: NUMBER_VALUE cannot be converted to String (at 'RoleName')");
  EXPECT_EQ(refusal(R"({"Count": "1"})"),
            "SerializationException: STRING_VALUE cannot be converted to Integer (at 'Count')");
  EXPECT_EQ(refusal(R"({"Names": {}})"),
            "SerializationException: START_OBJECT cannot be converted to List (at 'Names')");
}

TEST(JsonCodec, RefusesIntegersOutOfTheirRange) {
  for (const char* value : {"2147483648", "1.5", "1e40", "99999999999999999999999"}) {
    EXPECT_NE(refusal(std::string("{\"Count\": ") + value + "}"), "") << value;
  }
  EXPECT_EQ((*decode("{\"Count\": 1e3}"))["Count"], 1000);
}

TEST(JsonCodec, RefusesWhatIsNotJson) {
  for (const char* body : {"{", "[]", "null", "1", "{} {}", "{\"RoleName\": \"\xff\"}", "{'a': 1}",
                           "{\"a\": 1,}", "{\"RoleName\": NaN}", "\xef\xbb\xbf",
                           "{\"RoleName\": \"\\ud800\"}", "{\"a\" 1}", "{\"Data\": \"%\"}"}) {
    EXPECT_EQ(refusal(body).substr(0, 22), "SerializationException") << body;
  }
}

TEST(JsonCodec, RefusesAMemberThatIsThereTwice) {
  EXPECT_NE(refusal(R"({"RoleName": "a", "RoleName": "b"})"), "");
  EXPECT_NE(refusal(R"({"Unknown": {"x": 1, "x": 2}})"), "");
}

TEST(JsonCodec, RefusesDepthWithoutEnd) {
  EXPECT_EQ(refusal(std::string(200'000, '[')),
            "SerializationException: the JSON is nested more than 64 deep");
  std::string deep;
  for (int depth = 0; depth < 64; ++depth) deep += "{\"Node\":";
  EXPECT_NE(refusal(deep + "{}" + std::string(64, '}')), "");
}

TEST(JsonCodec, HoldsAUnionToOneMember) {
  EXPECT_NE(refusal(R"({"Choice": {"Left": "a", "Right": "b"}})"), "");
  EXPECT_NE(refusal(R"({"Choice": {}})"), "");
  EXPECT_EQ(refusal(R"({"Choice": {"Left": "a", "Right": null}})"), "");
}

TEST(JsonCodec, WritesBlobsMomentsAndNumbersThatAreNone) {
  const Document output{{"Data", Document::binary({1, 2, 3})},
                        {"When", 1.5},
                        {"Ratio", std::nan("")},
                        {"Hidden", "not of the shape"}};
  const auto response = encode_output(kService, kService.operations[0], output, "id-1");
  EXPECT_EQ(response.body, R"({"Data":"AQID","Ratio":"NaN","When":1.5})");
  EXPECT_EQ(base::find_field(response.fields, "Content-Type"), "application/x-amz-json-1.1");
}

TEST(JsonCodec, WritesErrorsWithTheirType) {
  const auto response = encode_error(kService, {"ValidationException", 400, "no"}, "id-1");
  EXPECT_EQ(response.body, R"({"__type":"ValidationException","message":"no"})");
  EXPECT_EQ(base::find_field(response.fields, "x-amzn-ErrorType"), "ValidationException");
}

}  // namespace
}  // namespace kennel::wire
