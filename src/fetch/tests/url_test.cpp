#include "fetch/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kennel::fetch {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kUmlaut = "\xc3\xbc";

std::string reason_of(std::string_view text) {
  const auto url = Url::parse(text);
  if (url) return "accepted: " + url->origin();
  EXPECT_EQ(url.error().kind, base::ErrorKind::kInvalid);
  return url.error().message;
}

std::string origin_of(std::string_view text) { return Url::parse(text).value().origin(); }

TEST(Url, HasAHostAndAPort) {
  const Url url = Url::parse("HTTPS://Photos.Example/a/../b?key=1#part").value();
  EXPECT_EQ(url.host(), "photos.example");
  EXPECT_EQ(url.port(), 443);
  EXPECT_EQ(url.origin(), "https://photos.example");
  EXPECT_EQ(origin_of("http://photos.example:8080"), "http://photos.example:8080");
  EXPECT_EQ(origin_of("http://photos.example:80/x"), "http://photos.example");
  EXPECT_EQ(origin_of("http://[2001:DB8:0::1]:9000/"), "http://[2001:db8::1]:9000");
}

TEST(Url, TakesAnAddressInAnyFormForTheAddress) {
  for (const std::string host :
       {"2130706433", "0x7f000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "017700000001",
        "0x7f.0x0.0x0.0x1", "%31%32%37.0.0.1"}) {
    EXPECT_EQ(origin_of("http://" + host + "/"), "http://127.0.0.1") << host;
  }
}

TEST(Url, IsOfHttpOrHttps) {
  for (const std::string text :
       {"file:///etc/passwd", "ftp://photos.example/a", "gopher://127.0.0.1:6379/_x",
        "dict://127.0.0.1:11211/stat", "ldap://127.0.0.1/", "data:image/png;base64,AAAA",
        "javascript:alert(1)", "photos.example/a.jpg", "//photos.example/a.jpg", "/a.jpg", "",
        "http:", "http://", "https:///"}) {
    EXPECT_THAT(reason_of(text), HasSubstr("it must look like https://")) << text;
  }
}

TEST(Url, HoldsNoUserAndNoPassword) {
  for (const std::string text :
       {"http://user@photos.example/", "http://user:pass@photos.example/", "http://:pass@h/",
        "https://photos.example@127.0.0.1/", "http://a:b@c@127.0.0.1/"}) {
    EXPECT_THAT(reason_of(text), HasSubstr("a user name or a password")) << text;
    EXPECT_THAT(reason_of(text), Not(HasSubstr("pass@"))) << text;
  }
}

TEST(Url, HoldsNoCharacterThatMustBeEncoded) {
  for (const std::string& text : std::vector<std::string>{
           "http://photos.example/a b", " http://photos.example/",
           "http://photos.example/\r\nHost: a", "http://photos.example/\t",
           "http://b" + kUmlaut + "cher.example/",
           "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1/", "http://photos.example/\x7f"}) {
    EXPECT_THAT(reason_of(text), HasSubstr("percent-encoded")) << text;
  }
  EXPECT_THAT(reason_of(std::string_view("http://photos.example/\0a", 24)),
              HasSubstr("percent-encoded"));
}

TEST(Url, HasAHostThatCanBeOne) {
  for (const std::string text :
       {"http://a*b/", "http://a,b/", "http://[::1", "http://[v1.a]/", "http://[127.0.0.1]/",
        "http://%e2%91%a0/", "http://a%00b/", "http://a%2fb/", "http://[fe80::1%25eth0]/"}) {
    EXPECT_THAT(reason_of(text), Not(HasSubstr("accepted"))) << text;
  }
}

TEST(Url, HasAPort) {
  for (const std::string port : {"0", "65536", "99999999999", "-1", "80a", "0x50"}) {
    EXPECT_THAT(reason_of("http://photos.example:" + port + "/"), Not(HasSubstr("accepted")))
        << port;
  }
}

TEST(Url, IsNotLongerThanItsLimit) {
  const std::string start = "http://photos.example/";
  EXPECT_TRUE(Url::parse(start + std::string(8192 - start.size(), 'a')));
  EXPECT_THAT(reason_of(start + std::string(8193 - start.size(), 'a')), HasSubstr("8.0 KiB"));
}

TEST(Url, KeepsItsPathAndQueryOutOfMessages) {
  EXPECT_THAT(reason_of("ftp://photos.example/secret?secret"), Not(HasSubstr("secret")));
  EXPECT_THAT(reason_of("http://photos.example:0/secret?secret"), Not(HasSubstr("secret")));
}

TEST(UrlFollow, ReadsALocationFromWhereItStood) {
  const Url url = Url::parse("https://photos.example:8443/a/b?c").value();
  EXPECT_EQ(url.follow("/x").value().origin(), "https://photos.example:8443");
  EXPECT_EQ(url.follow("x?y").value().origin(), "https://photos.example:8443");
  EXPECT_EQ(url.follow("//other.example/x").value().origin(), "https://other.example");
  EXPECT_EQ(url.follow("http://other.example/x").value().origin(), "http://other.example");
  EXPECT_EQ(url.follow("/with a blank \xc3\xbc").value().origin(), "https://photos.example:8443");
  EXPECT_EQ(url.origin(), "https://photos.example:8443") << "stays where it was";
}

TEST(UrlFollow, RefusesWhatAUrlMayNotBe) {
  const Url url = Url::parse("https://photos.example/").value();
  EXPECT_FALSE(url.follow("file:///etc/passwd"));
  EXPECT_FALSE(url.follow("gopher://127.0.0.1/"));
  EXPECT_FALSE(url.follow("//user@127.0.0.1/"));
  EXPECT_FALSE(url.follow("http://b" + kUmlaut + "cher.example/"));
  EXPECT_FALSE(url.follow("http://photos.example:0/"));
  EXPECT_FALSE(url.follow(std::string_view("/a\0b", 4)));
  EXPECT_FALSE(url.follow("/" + std::string(9000, 'a')));
}

}  // namespace
}  // namespace kennel::fetch
