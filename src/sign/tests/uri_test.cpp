#include "sign/uri.h"

#include <gtest/gtest.h>

namespace kennel::sign {
namespace {

std::string normalized(std::string_view path) {
  std::string out;
  append_canonical_path(out, path, PathRule::kNormalizedTwiceEncoded);
  return out;
}

std::string as_sent(std::string_view path) {
  std::string out;
  append_canonical_path(out, path, PathRule::kAsSent);
  return out;
}

std::string query(std::string_view text) {
  std::string out;
  append_canonical_query(out, text);
  return out;
}

TEST(CanonicalPath, LosesDotSegmentsAndDoubleSlashes) {
  EXPECT_EQ(normalized(""), "/");
  EXPECT_EQ(normalized("/"), "/");
  EXPECT_EQ(normalized("/./"), "/");
  EXPECT_EQ(normalized("/a/.."), "/");
  EXPECT_EQ(normalized("/a/./b/../c"), "/a/c");
  EXPECT_EQ(normalized("//a//b//"), "/a/b/");
  EXPECT_EQ(normalized("/../../a"), "/a");
}

TEST(CanonicalPath, IsEncodedOnceMore) {
  EXPECT_EQ(normalized("/a%20b"), "/a%2520b");
  EXPECT_EQ(normalized("/a b:c~d"), "/a%20b%3Ac~d");
  EXPECT_EQ(normalized("/\xe1\x88\xb4"), "/%E1%88%B4");
}

TEST(CanonicalPath, OfS3StaysAsItIs) {
  EXPECT_EQ(as_sent("/a/./b//../c/"), "/a/./b//../c/");
  EXPECT_EQ(as_sent("/a%20b"), "/a%20b");
  EXPECT_EQ(as_sent(""), "/");
}

TEST(CanonicalPath, OfS3HasOneSpellingForEachByte) {
  EXPECT_EQ(as_sent("/%7e%7E~"), "/~~~");
  EXPECT_EQ(as_sent("/a+b%2bc"), "/a%2Bb%2Bc");
  EXPECT_EQ(as_sent("/%e1%88%b4\xe1\x88\xb4"), "/%E1%88%B4%E1%88%B4");
}

TEST(CanonicalPath, OfS3TellsAnEncodedSlashFromASlash) {
  EXPECT_EQ(as_sent("/a%2fb/c"), "/a%2Fb/c");
}

TEST(CanonicalPath, TakesAPercentSignWithoutDigitsAsItself) {
  EXPECT_EQ(as_sent("/100%"), "/100%25");
  EXPECT_EQ(as_sent("/%zz%4"), "/%25zz%254");
}

TEST(CanonicalQuery, IsSortedByNameThenValue) {
  EXPECT_EQ(query("b=2&a=2&a=1"), "a=1&a=2&b=2");
  EXPECT_EQ(query("a-b=1&a=2"), "a=2&a-b=1");
  EXPECT_EQ(query("b&B&a"), "B=&a=&b=");
}

TEST(CanonicalQuery, HasOneSpellingForEachByte) {
  EXPECT_EQ(query("k%65y=%7e%2f/"), "key=~%2F%2F");
  EXPECT_EQ(query("a=b=c"), "a=b%3Dc");
}

TEST(CanonicalQuery, TakesAPlusAsAPlus) { EXPECT_EQ(query("a=1+2%202"), "a=1%2B2%202"); }

TEST(CanonicalQuery, LeavesTheSignatureOut) {
  EXPECT_EQ(query("X-Amz-Signature=x&a=1&X-Amz-Sign%61ture=y"), "a=1");
}

TEST(CanonicalQuery, HasNoParameterBetweenTwoAmpersands) { EXPECT_EQ(query("&a=1&&"), "a=1"); }

}  // namespace
}  // namespace kennel::sign
