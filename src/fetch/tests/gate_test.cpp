#include "fetch/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Address address(std::string_view text) { return Address::parse(text).value(); }

std::vector<AllowedTarget> targets(std::initializer_list<std::string_view> texts) {
  std::vector<AllowedTarget> parsed;
  for (const std::string_view text : texts) parsed.push_back(parse_allowed_target(text).value());
  return parsed;
}

TEST(Gate, IsOpenToPublicAddressesOnly) {
  const Gate gate{.host = "photos.example", .port = 443};
  EXPECT_EQ(judge(gate, address("93.184.216.34")), Verdict::kPublic);
  EXPECT_EQ(judge(gate, address("2606:2800:220:1::1")), Verdict::kPublic);
  EXPECT_EQ(judge(gate, address("10.0.0.1")), Verdict::kRefused);
  EXPECT_EQ(judge(gate, address("::1")), Verdict::kRefused);
}

TEST(Gate, IsClosedToThisMachinesPublicAddresses) {
  const Gate gate{.host = "photos.example", .port = 443, .own = {address("93.184.216.34")}};
  EXPECT_EQ(judge(gate, address("93.184.216.34")), Verdict::kRefused);
  EXPECT_EQ(judge(gate, address("93.184.216.35")), Verdict::kPublic);
  EXPECT_THAT(refusal(gate, address("93.184.216.34")).message, HasSubstr("of this machine"));
}

TEST(Gate, OpensANameWithItsPortWhateverAddressItHas) {
  const auto allowed = targets({"s3.local:9000"});
  const Gate gate{.host = "s3.local", .port = 9000, .allowed = allowed};
  EXPECT_EQ(judge(gate, address("10.0.0.1")), Verdict::kAllowed);
  EXPECT_EQ(judge(gate, address("93.184.216.34")), Verdict::kAllowed);
}

TEST(Gate, OpensNeitherAnotherPortOfANameNorAnotherNameOfAnAddress) {
  const auto allowed = targets({"s3.local:9000", "10.0.0.1:9000"});
  const Gate port{.host = "s3.local", .port = 9001, .allowed = allowed};
  EXPECT_EQ(judge(port, address("10.0.0.1")), Verdict::kRefused);
  const Gate name{.host = "other.local", .port = 9000, .allowed = allowed};
  EXPECT_EQ(judge(name, address("10.0.0.1")), Verdict::kRefused);
  const Gate longer{.host = "s3.local.", .port = 9000, .allowed = allowed};
  EXPECT_EQ(judge(longer, address("10.0.0.1")), Verdict::kRefused);
}

TEST(Gate, OpensTheAddressesOfAPrefixUnderAnyNameAndPort) {
  const auto allowed = targets({"10.0.0.0/8"});
  const Gate gate{.host = "any.example", .port = 1234, .allowed = allowed};
  EXPECT_EQ(judge(gate, address("10.255.0.1")), Verdict::kAllowed);
  EXPECT_EQ(judge(gate, address("11.0.0.1")), Verdict::kPublic);
  EXPECT_EQ(judge(gate, address("192.168.0.1")), Verdict::kRefused);
  EXPECT_EQ(judge(gate, address("::ffff:10.0.0.1")), Verdict::kRefused);
}

TEST(Gate, OpensNothingButThePublicToARedirectByAPublicServer) {
  const auto allowed = targets({"s3.local:9000", "10.0.0.0/8", "s3.local:22"});
  const Gate gate{.host = "s3.local", .port = 9000, .allowed = allowed, .widened = false};
  EXPECT_EQ(judge(gate, address("10.0.0.1")), Verdict::kRefused);
  EXPECT_EQ(judge(gate, address("93.184.216.34")), Verdict::kPublic);
  EXPECT_THAT(refusal(gate, address("10.0.0.1")).message,
              AllOf(HasSubstr("a redirect by a public server"), Not(HasSubstr("--allow-fetch"))));
  const Gate ssh{.host = "s3.local", .port = 22, .allowed = allowed, .widened = false};
  EXPECT_FALSE(admit_port(ssh));
}

TEST(Gate, SaysWhichAddressIsNotPublicAndHowToOpenIt) {
  const Gate named{.host = "intranet.example", .port = 80};
  const base::Error error = refusal(named, address("10.0.0.1"));
  EXPECT_EQ(error.kind, ErrorKind::kDenied);
  EXPECT_EQ(error.message,
            "intranet.example has the address 10.0.0.1, which is not public (private); whoever "
            "runs this server can open it with --allow-fetch intranet.example:80");
  const Gate numbered{.host = "::1", .port = 9000};
  EXPECT_EQ(refusal(numbered, address("::1")).message,
            "::1 is not public (loopback); whoever runs this server can open it with "
            "--allow-fetch [::1]:9000");
}

TEST(Gate, IsClosedOnPortsOfOtherServices) {
  for (const std::uint16_t port : {0, 22, 25, 53, 110, 143, 389, 636, 2049, 6000, 6667, 10080}) {
    const auto admitted = admit_port({.host = "photos.example", .port = port});
    ASSERT_FALSE(admitted) << port;
    EXPECT_EQ(admitted.error().kind, ErrorKind::kDenied);
    EXPECT_THAT(admitted.error().message, HasSubstr("--allow-fetch photos.example:"));
  }
  for (const std::uint16_t port : {80, 443, 8080, 9000, 65535}) {
    EXPECT_TRUE(admit_port({.host = "photos.example", .port = port})) << port;
  }
}

TEST(Gate, OpensAPortOfAnotherServiceOnlyWithItsHost) {
  const auto allowed = targets({"10.0.0.0/8", "s3.local:22"});
  EXPECT_TRUE(admit_port({.host = "s3.local", .port = 22, .allowed = allowed}));
  EXPECT_FALSE(admit_port({.host = "10.0.0.1", .port = 22, .allowed = allowed}));
}

}  // namespace
}  // namespace kennel::fetch
