#include "http/parameters.h"

#include <gtest/gtest.h>

#include <string>

namespace kennel::http {
namespace {

TEST(FindFormBoundary, ReadsTheContentType) {
  EXPECT_EQ(find_form_boundary("multipart/form-data; boundary=edge"), "edge");
  EXPECT_EQ(find_form_boundary("Multipart/Form-Data;charset=utf-8;BOUNDARY=\"a b\""), "a b");
  EXPECT_EQ(find_form_boundary("multipart/form-data; boundary=" + std::string(70, 'x')),
            std::string(70, 'x'));
}

TEST(FindFormBoundary, RefusesWhatIsNone) {
  for (const std::string& type :
       {std::string(), std::string("multipart/mixed; boundary=edge"),
        std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"edge"),
        std::string("multipart/form-data; boundary=\"edge \""),
        std::string("multipart/form-data; boundary=\"a\r\nb\""),
        std::string("multipart/form-data; boundary=a; boundary=b"),
        "multipart/form-data; boundary=" + std::string(71, 'x')}) {
    EXPECT_EQ(find_form_boundary(type), std::nullopt) << type;
  }
}

TEST(ParameterizedValue, IsAWordAndWhatStandsBehindIt) {
  const auto plain = parse_parameterized(" Image/JPEG ");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->word, "image/jpeg");
  EXPECT_TRUE(plain->parameters.empty());
  const auto many = parse_parameterized(R"(form-data; name="a; \"b\"" ;FileName=c:\d.jpg)");
  ASSERT_TRUE(many);
  EXPECT_EQ(many->find("name"), R"(a; "b")");
  EXPECT_EQ(many->find("filename"), R"(c:\d.jpg)");
  EXPECT_EQ(parse_parameterized("a; b=1; B=2"), std::nullopt);
  EXPECT_EQ(parse_parameterized("a; b"), std::nullopt);
  EXPECT_EQ(parse_parameterized("a; b=\"1"), std::nullopt);
}

}  // namespace
}  // namespace kennel::http
