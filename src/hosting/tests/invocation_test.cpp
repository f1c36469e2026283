#include "hosting/invocation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::hosting {
namespace {

using ::testing::HasSubstr;

base::Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

Outcome<Invocation> parse(std::string_view type, std::string_view body) {
  return parse_invocation(type, bytes_of(body));
}

std::string photo(const Outcome<Invocation>& parsed, std::size_t place = 0) {
  if (!parsed) return parsed.error().message;
  const auto* bytes = std::get_if<base::Bytes>(&parsed->photos.at(place));
  return bytes != nullptr ? std::string(base::as_text(*bytes)) : "a URL";
}

std::string refusal(std::string_view type, std::string_view body) {
  const auto parsed = parse(type, body);
  return parsed ? "accepted"
                : fmt::format("{} {}: {}", parsed.error().status, parsed.error().code,
                              parsed.error().message);
}

TEST(Invocation, IsAPhotoWhateverItsTypeIsCalled) {
  for (const char* type : {"image/jpeg", "IMAGE/PNG", "image/webp; q=1", "application/octet-stream",
                           "application/x-image", "", "application/x-www-form-urlencoded"}) {
    const auto parsed = parse(type, "\xff\xd8 photo");
    EXPECT_EQ(photo(parsed), "\xff\xd8 photo") << type;
    EXPECT_FALSE(parsed->several);
  }
}

TEST(Invocation, NamesAUrlOrHoldsAnImageAsJson) {
  const auto url = parse("application/json; charset=utf-8", R"({"url": "https://a/b.jpg"})");
  ASSERT_TRUE(url);
  EXPECT_EQ(std::get<PhotoUrl>(url->photos.at(0)).url, "https://a/b.jpg");
  EXPECT_EQ(photo(parse("application/json", R"({"image": "d2F1", "top": 3})")), "wau");
  EXPECT_EQ(parse("application/json", R"({"image": "d2F1", "top": 3})")->top, 3);
  EXPECT_EQ(photo(parse("application/json", R"({"image": "data:image/png;base64,d2F1"})")), "wau");
  EXPECT_EQ(photo(parse("", " \n{\"image\": \"d2F1\"}")), "wau");
}

TEST(Invocation, HoldsSeveralInstances) {
  const auto parsed =
      parse("application/json", R"({"instances": [{"image": "d2F1"}, {"url": "http://a"}]})");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->several);
  EXPECT_EQ(photo(parsed, 0), "wau");
  EXPECT_EQ(photo(parsed, 1), "a URL");
  EXPECT_TRUE(parse("application/json", R"({"instances": [{"url": "http://a"}]})")->several);
}

TEST(Invocation, SaysWhereAnInstanceIsWrong) {
  const auto json = [](std::string_view body) { return refusal("application/json", body); };
  EXPECT_THAT(json(R"({"instances": [{"url": "http://a"}, {"image": "?"}]})"),
              HasSubstr("400 BadBase64: instances[1]: \"image\" is no base64"));
  EXPECT_THAT(json(R"({"instances": []})"), HasSubstr("must be a list of 1 to 64"));
  EXPECT_THAT(json(R"({"url": "http://a", "image": "d2F1"})"), HasSubstr("and not both"));
  EXPECT_THAT(json(R"({"photo": "a"})"), HasSubstr("needs a \"url\" or an \"image\""));
  EXPECT_THAT(json(R"([1])"), HasSubstr("no JSON object; send {\"url\""));
  EXPECT_THAT(json("{\"url\""), HasSubstr("no JSON object"));
  EXPECT_THAT(json(R"({"image": "d2F1", "top": 0})"), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(json(R"({"image": "d2F1", "top": 1e300})"), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(json(std::string(100, '[') + std::string(100, ']')), HasSubstr("no JSON object"));
  EXPECT_THAT(json(R"({"url": ")" + std::string(9000, 'a') + "\"}"), HasSubstr("BadUrl"));
}

TEST(Invocation, IsAForm) {
  const auto part = [](std::string_view disposition, std::string_view content) {
    return fmt::format("--edge\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n", disposition,
                       content);
  };
  const std::string form = part("name=\"photo\"; filename=\"a.jpg\"", "wau\r\nwau") +
                           part("name=top", "2") + part("name=url", "https://a/b") +
                           part("name=other", "") + "--edge--\r\n";
  const auto parsed = parse("multipart/form-data; boundary=edge", form);
  EXPECT_EQ(photo(parsed), "wau\r\nwau");
  EXPECT_EQ(photo(parsed, 1), "a URL");
  EXPECT_EQ(parsed->top, 2);
  EXPECT_TRUE(parsed->several);
  const auto refused = [&](std::string_view body) {
    return refusal("multipart/form-data; boundary=edge", body);
  };
  EXPECT_THAT(refused("nothing"), HasSubstr("its boundary is not in it"));
  EXPECT_THAT(refused(form.substr(0, form.size() - 12)), HasSubstr("BadForm"));
  EXPECT_THAT(refused(part("name=a", "b") + "--edge--"), HasSubstr("curl -F photo=@dog.jpg"));
  EXPECT_THAT(refused("--edge\r\nX: y\r\n\r\n\r\n--edge--"), HasSubstr("no Content-Disposition"));
  EXPECT_THAT(refusal("multipart/form-data", form), HasSubstr("names no valid boundary"));
}

TEST(Invocation, HasAPhotoAndATypeThatIsRead) {
  EXPECT_THAT(refusal("image/jpeg", ""), HasSubstr("400 NoPhoto"));
  EXPECT_THAT(refusal("text/csv", "1,2"), HasSubstr("415 UnsupportedType: text/csv is no type"));
}

}  // namespace
}  // namespace kennel::hosting
