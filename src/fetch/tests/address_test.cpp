#include "fetch/address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace kennel::fetch {
namespace {

std::string use_of(const std::string& text) {
  const auto address = Address::parse(text);
  if (!address) return "no address";
  return std::string(find_special_use(*address).value_or("public"));
}

struct Use {
  std::string address;
  std::string name;
};

class AddressUse : public testing::TestWithParam<Use> {};

TEST_P(AddressUse, IsWhatTheRegistriesSay) {
  EXPECT_EQ(use_of(GetParam().address), GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    V4, AddressUse,
    testing::Values(Use{"0.0.0.0", "unspecified"}, Use{"0.255.255.255", "unspecified"},
                    Use{"1.0.0.0", "public"}, Use{"9.255.255.255", "public"},
                    Use{"10.0.0.0", "private"}, Use{"10.255.255.255", "private"},
                    Use{"11.0.0.0", "public"}, Use{"100.63.255.255", "public"},
                    Use{"100.64.0.0", "shared by a provider's customers"},
                    Use{"100.100.100.200", "shared by a provider's customers"},
                    Use{"100.127.255.255", "shared by a provider's customers"},
                    Use{"100.128.0.0", "public"}, Use{"126.255.255.255", "public"},
                    Use{"127.0.0.1", "loopback"}, Use{"127.255.255.255", "loopback"},
                    Use{"128.0.0.0", "public"}, Use{"168.63.129.15", "public"},
                    Use{"168.63.129.16", "the inside of a cloud"}, Use{"169.253.255.255", "public"},
                    Use{"169.254.0.0", "link-local"},
                    Use{"169.254.169.254", "the metadata of a cloud's instance"},
                    Use{"169.254.170.2", "link-local"}, Use{"169.255.0.0", "public"},
                    Use{"172.15.255.255", "public"}, Use{"172.16.0.0", "private"},
                    Use{"172.31.255.255", "private"}, Use{"172.32.0.0", "public"}));

INSTANTIATE_TEST_SUITE_P(
    HighV4, AddressUse,
    testing::Values(Use{"192.0.0.192", "reserved for protocols"}, Use{"192.0.1.0", "public"},
                    Use{"192.0.2.1", "for documentation"}, Use{"192.0.3.0", "public"},
                    Use{"192.88.99.1", "a 6to4 relay"}, Use{"192.167.255.255", "public"},
                    Use{"192.168.0.0", "private"}, Use{"192.168.255.255", "private"},
                    Use{"192.169.0.0", "public"}, Use{"198.17.255.255", "public"},
                    Use{"198.18.0.0", "for benchmarks"}, Use{"198.19.255.255", "for benchmarks"},
                    Use{"198.20.0.0", "public"}, Use{"198.51.100.1", "for documentation"},
                    Use{"203.0.113.255", "for documentation"}, Use{"203.0.114.0", "public"},
                    Use{"223.255.255.255", "public"}, Use{"224.0.0.0", "multicast"},
                    Use{"239.255.255.255", "multicast"}, Use{"240.0.0.0", "reserved"},
                    Use{"255.255.255.254", "reserved"}, Use{"255.255.255.255", "broadcast"}));

INSTANTIATE_TEST_SUITE_P(
    V6, AddressUse,
    testing::Values(
        Use{"::", "unspecified"}, Use{"::1", "loopback"},
        Use{"::8.8.8.8", "an IPv4 address in IPv6"},
        Use{"::ffff:8.8.8.8", "an IPv4 address in IPv6"},
        Use{"::ffff:127.0.0.1", "an IPv4 address in IPv6"},
        Use{"0:0:0:0:0:ffff:7f00:1", "an IPv4 address in IPv6"},
        Use{"::ffff:0:127.0.0.1", "reserved"},  // IPv4-translated, RFC 2765
        Use{"64:ff9b::a9fe:a9fe", "an IPv4 address behind NAT64"},
        Use{"64:ff9b:1::1", "an IPv4 address behind NAT64"}, Use{"100::1", "reserved"},
        Use{"1fff:ffff::", "reserved"}, Use{"2000::", "public"}, Use{"2001::1", "a Teredo tunnel"},
        Use{"2001:0:53aa::1", "a Teredo tunnel"}, Use{"2001:2::1", "reserved for protocols"},
        Use{"2001:1ff:ffff::", "reserved for protocols"}, Use{"2001:200::", "public"},
        Use{"2001:db8::1", "for documentation"}, Use{"2001:db9::1", "public"},
        Use{"2001:4860:4860::8888", "public"}, Use{"2002:7f00:1::", "a 6to4 tunnel"},
        Use{"2003::1", "public"}, Use{"2606:2800:220:1::1", "public"}, Use{"3ffe::1", "reserved"},
        Use{"3fff:fff::1", "for documentation"}, Use{"3fff:1000::1", "public"},
        Use{"4000::", "reserved"}, Use{"5f00::1", "reserved"}, Use{"fc00::1", "unique-local"},
        Use{"fd00:ec2::254", "the metadata of a cloud's instance"}, Use{"fdff::1", "unique-local"},
        Use{"fe80::1", "link-local"}, Use{"febf::1", "link-local"}, Use{"fec0::1", "site-local"},
        Use{"ff02::1", "multicast"}));

TEST(Address, IsReadInItsFullFormOnly) {
  for (const std::string text :
       {"", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.0.0.1.", " 127.0.0.1",
        "127.0.0.256", "1.2.3.4.5", "[::1]", "::1%lo", "fe80::1%25eth0", "1::2::3", "localhost"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
  EXPECT_FALSE(Address::parse(std::string_view("127.0.0.1\0", 10)));
}

TEST(Address, IsWrittenInItsShortestForm) {
  EXPECT_EQ(Address::parse("192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(Address::parse("2001:0DB8:0:0:0:0:0:1")->text(), "2001:db8::1");
  EXPECT_EQ(*Address::parse("0:0:0:0:0:0:0:1"), *Address::parse("::1"));
  EXPECT_NE(*Address::parse("::"), *Address::parse("0.0.0.0"));
}

TEST(Address, ComesOutOfASocketsName) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0xa9fea9fe);
  const auto& name = reinterpret_cast<const sockaddr&>(v4);
  EXPECT_EQ(Address::of_socket(name, sizeof v4)->text(), "169.254.169.254");
  EXPECT_FALSE(Address::of_socket(name, sizeof v4 - 1));

  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  EXPECT_EQ(Address::of_socket(reinterpret_cast<const sockaddr&>(v6), sizeof v6)->text(), "::1");

  sockaddr_un path{};
  path.sun_family = AF_UNIX;
  EXPECT_FALSE(Address::of_socket(reinterpret_cast<const sockaddr&>(path), sizeof path));
}

TEST(Prefix, ContainsWhatBeginsWithItsBits) {
  const Prefix odd{.first = *Address::parse("10.32.0.0"), .bits = 11};
  EXPECT_TRUE(odd.contains(*Address::parse("10.32.0.0")));
  EXPECT_TRUE(odd.contains(*Address::parse("10.63.255.255")));
  EXPECT_FALSE(odd.contains(*Address::parse("10.64.0.0")));
  EXPECT_FALSE(odd.contains(*Address::parse("10.31.255.255")));
  const Prefix one{.first = *Address::parse("10.1.2.3"), .bits = 32};
  EXPECT_TRUE(one.contains(*Address::parse("10.1.2.3")));
  EXPECT_FALSE(one.contains(*Address::parse("10.1.2.2")));
}

TEST(Prefix, HoldsForItsOwnFamilyOnly) {
  const Prefix every_v4{.first = Address(), .bits = 0};
  EXPECT_TRUE(every_v4.contains(*Address::parse("255.1.2.3")));
  EXPECT_FALSE(every_v4.contains(*Address::parse("::ffff:10.0.0.1")));
  const Prefix every_v6{.first = *Address::parse("::"), .bits = 0};
  EXPECT_TRUE(every_v6.contains(*Address::parse("::ffff:10.0.0.1")));
  EXPECT_FALSE(every_v6.contains(*Address::parse("10.0.0.1")));
}

}  // namespace
}  // namespace kennel::fetch
