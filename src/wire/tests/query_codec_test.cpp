#include <gtest/gtest.h>

#include "wire/codec.h"
#include "wire/tests/tables.h"

namespace kennel::wire {
namespace {

const Service kService = tables::service_of(Protocol::kQuery);

Outcome<Document> decode(const std::string& body, std::string_view target = "/") {
  return decode_input(kService, kService.operations[0], {"POST", target, {}, body});
}

std::string refusal(const std::string& body) {
  const auto input = decode(body);
  return input ? "" : input.error().code;
}

TEST(QueryCodec, ReadsListsMapsAndPlusSigns) {
  const auto input = decode(
      "Action=Make&RoleName=a+b%2Bc&Names.member.1=x&Names.member.2=y&Flat.1=z"
      "&Attributes.entry.1.key=k&Attributes.entry.1.value=v");
  ASSERT_TRUE(input);
  EXPECT_EQ(*input, Document::parse(R"({"RoleName": "a b+c", "Names": ["x", "y"], "Flat": ["z"],
                                        "Attributes": {"k": "v"}})"));
}

TEST(QueryCodec, ReadsTheQueryStringAsWell) {
  const auto input = decode("RoleName=a", "/?Action=Make&Count=3");
  ASSERT_TRUE(input);
  EXPECT_EQ((*input)["Count"], 3);
}

TEST(QueryCodec, ReadsMoreThanNineItemsInTheirOrder) {
  std::string body;
  for (int index = 1; index <= 12; ++index) {
    body += "&Names.member." + std::to_string(index) + "=n" + std::to_string(index);
  }
  const auto input = decode(body);
  ASSERT_TRUE(input);
  EXPECT_EQ((*input)["Names"][1], "n2");
  EXPECT_EQ((*input)["Names"][11], "n12");
}

TEST(QueryCodec, RefusesIndexesWithGaps) {
  EXPECT_EQ(refusal("Names.member.4294967295=x"), "MalformedInput");
  EXPECT_EQ(refusal("Names.member.1=x&Names.member.3=y"), "MalformedInput");
  EXPECT_EQ(refusal("Names.member.01=x"), "MalformedInput");
  EXPECT_EQ(refusal("Names.member.0=x"), "MalformedInput");
  EXPECT_EQ(refusal("Attributes.entry.9.key=x&Attributes.entry.9.value=y"), "MalformedInput");
}

TEST(QueryCodec, RefusesTheSameParameterTwice) {
  EXPECT_EQ(refusal("RoleName=a&RoleName=b"), "MalformedInput");
}

TEST(QueryCodec, RefusesWhatIsNoNumberOrOutOfItsRange) {
  for (const char* value : {"x", "", "1.5", "2147483648", "-2147483649", "0x10", " 1", "1e3"}) {
    EXPECT_EQ(refusal(std::string("Count=") + value), "MalformedInput") << value;
  }
  EXPECT_EQ(refusal("Ratio=1e999"), "MalformedInput");
}

TEST(QueryCodec, RefusesBrokenEscapesAndWhatIsNotUtf8) {
  for (const char* body : {"RoleName=%", "RoleName=%4", "RoleName=%zz", "RoleName=%ff",
                           "RoleName=%c0%80", "RoleName=%ed%a0%80", "%ff=x"}) {
    EXPECT_EQ(refusal(body), "MalformedInput") << body;
  }
}

TEST(QueryCodec, RefusesDepthWithoutEnd) {
  std::string name = "Node";
  for (int depth = 0; depth < 100; ++depth) name += ".Next";
  EXPECT_EQ(refusal(name + ".Leaf=x"), "MalformedInput");
  EXPECT_EQ(refusal(std::string(100'000, '.') + "=x"), "MalformedInput");
}

TEST(QueryCodec, BoundsWhatNamesOfDotsCost) {
  std::string body;
  for (int field = 0; field < 5000; ++field) {
    body += "&" + std::to_string(field);
    for (int dot = 0; dot < 100; ++dot) body += ".a";
  }
  EXPECT_EQ(refusal(body), "MalformedInput");
}

TEST(QueryCodec, RefusesAStructureWhereAValueBelongs) {
  EXPECT_EQ(refusal("RoleName.member.1=x"), "MalformedInput");
  EXPECT_EQ(refusal("Names=x"), "MalformedInput");
}

TEST(QueryCodec, AnswersInTheResultsWrapper) {
  Operation operation = kService.operations[0];
  operation.result_wrapper = "MakeResult";
  const auto response = encode_output(kService, operation, {{"RoleName", "<&>"}}, "id-1");
  EXPECT_EQ(response.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MakeResponse xmlns=\"urn:test\">"
            "<MakeResult><RoleName>&lt;&amp;&gt;</RoleName></MakeResult><ResponseMetadata>"
            "<RequestId>id-1</RequestId></ResponseMetadata></MakeResponse>");
  EXPECT_EQ(base::find_field(response.fields, "Content-Type"), "text/xml");
  EXPECT_EQ(base::find_field(response.fields, "x-amzn-RequestId"), "id-1");
}

TEST(QueryCodec, SaysWhoseFaultAnErrorIs) {
  const auto theirs = encode_error(kService, {"Throttling", 400, "Rate exceeded"}, "id-1");
  EXPECT_EQ(theirs.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"urn:test\"><Error>"
            "<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
            "<RequestId>id-1</RequestId></ErrorResponse>");
  const auto ours = encode_error(kService, {"InternalFailure", 500, "Sorry", false}, "id-1");
  EXPECT_NE(ours.body.find("<Type>Receiver</Type>"), std::string::npos);
  EXPECT_EQ(ours.status, 500);
}

}  // namespace
}  // namespace kennel::wire
