#include "fetch/allowed_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::fetch {
namespace {

using testing::HasSubstr;

std::string reason_of(std::string_view text) {
  const auto target = parse_allowed_target(text);
  if (target) return "accepted";
  EXPECT_EQ(target.error().kind, base::ErrorKind::kInvalid);
  return target.error().message;
}

std::string again(std::string_view text) { return to_text(parse_allowed_target(text).value()); }

TEST(AllowedTarget, IsAHostAndAPort) {
  EXPECT_EQ(parse_allowed_target("S3.local:9000").value(),
            AllowedTarget(HostPort{.host = "s3.local", .port = 9000}));
  EXPECT_EQ(parse_allowed_target("127.0.0.1:1").value(),
            AllowedTarget(HostPort{.host = "127.0.0.1", .port = 1}));
  EXPECT_EQ(parse_allowed_target("[0:0::1]:65535").value(),
            AllowedTarget(HostPort{.host = "::1", .port = 65535}));
}

TEST(AllowedTarget, IsAPrefixOrOneAddress) {
  const auto ten = parse_allowed_target("10.0.0.0/8").value();
  EXPECT_EQ(ten, AllowedTarget(Prefix{.first = *Address::parse("10.0.0.0"), .bits = 8}));
  EXPECT_EQ(again("10.1.2.3"), "10.1.2.3/32");
  EXPECT_EQ(again("fd00::/8"), "fd00::/8");
  EXPECT_EQ(again("fd00::1"), "fd00::1/128");
  EXPECT_EQ(again("0.0.0.0/0"), "0.0.0.0/0");
}

TEST(AllowedTarget, IsReadAgainAsItWasWritten) {
  for (const std::string text : {"s3.local:9000", "127.0.0.1:80", "[::1]:9000", "10.0.0.0/8"}) {
    EXPECT_EQ(again(text), text);
  }
}

TEST(AllowedTarget, SaysWhatIsWrongWithAPrefix) {
  EXPECT_THAT(reason_of("10.1.2.3/8"), HasSubstr("bits beyond its first 8"));
  EXPECT_THAT(reason_of("fd00::1/127"), HasSubstr("bits beyond its first 127"));
  EXPECT_THAT(reason_of("10.0.0.0/33"), HasSubstr("within 0 to 32"));
  EXPECT_THAT(reason_of("fd00::/129"), HasSubstr("within 0 to 128"));
  EXPECT_THAT(reason_of("10.0.0.0/-1"), HasSubstr("within 0 to 32"));
  EXPECT_THAT(reason_of("10.0.0.0/"), HasSubstr("within 0 to 32"));
  EXPECT_THAT(reason_of("10.0/8"), HasSubstr("is no address"));
  EXPECT_THAT(reason_of("s3.local/8"), HasSubstr("is no address"));
}

TEST(AllowedTarget, SaysWhatIsWrongWithAHostOrAPort) {
  EXPECT_THAT(reason_of(""), HasSubstr("it has no port"));
  EXPECT_THAT(reason_of("s3.local"), HasSubstr("it has no port"));
  EXPECT_THAT(reason_of("s3.local:"), HasSubstr("within 1 to 65535"));
  EXPECT_THAT(reason_of("s3.local:0"), HasSubstr("within 1 to 65535"));
  EXPECT_THAT(reason_of("s3.local:65536"), HasSubstr("within 1 to 65535"));
  EXPECT_THAT(reason_of("s3.local:http"), HasSubstr("within 1 to 65535"));
  EXPECT_THAT(reason_of(":80"), HasSubstr("neither a name nor an address"));
  EXPECT_THAT(reason_of("*.local:80"), HasSubstr("neither a name nor an address"));
  EXPECT_THAT(reason_of("user@host:80"), HasSubstr("neither a name nor an address"));
  EXPECT_THAT(reason_of("[127.0.0.1]:80"), HasSubstr("is no IPv6 address"));
  EXPECT_THAT(reason_of("[::1%lo]:80"), HasSubstr("is no IPv6 address"));
  EXPECT_THAT(reason_of("1:2:3:4:5:6:7:8:80"), HasSubstr("in brackets"));
}

TEST(AllowedTarget, IsNotSpelledInAWayThatNoUrlHas) {
  for (const std::string text : {"127.1:80", "0x7f.0.0.1:80", "2130706433:80", "0177.0.0.1:80"}) {
    EXPECT_THAT(reason_of(text), HasSubstr("four numbers")) << text;
  }
}

TEST(AllowedTarget, IsNoUrl) {
  EXPECT_THAT(reason_of("http://s3.local:9000/"), HasSubstr("it is a URL; say HOST:PORT"));
}

}  // namespace
}  // namespace kennel::fetch
