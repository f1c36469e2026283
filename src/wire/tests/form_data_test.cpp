#include "wire/form_data.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::wire {
namespace {

constexpr std::string_view kBoundary = "edge";

struct Form {
  std::string code;  // of the refusal; empty: none
  std::string message;
  base::Fields fields;
  std::string file_name;
  std::string file;

  bool operator==(const Form&) const = default;
};

Form parse(std::string_view text, std::size_t piece_max) {
  FormParser parser(kBoundary);
  base::Bytes file;
  Outcome<void> outcome;
  while (outcome && !text.empty()) {
    const std::string_view piece = text.substr(0, piece_max);
    text.remove_prefix(piece.size());
    outcome = parser.feed(base::as_bytes(piece), file);
  }
  if (outcome) outcome = parser.finish();
  if (!outcome) return {outcome.error().code, outcome.error().message, {}, "", ""};
  return {"", "", parser.fields(), parser.file_name(), std::string(base::as_text(file))};
}

Form parse(std::string_view text) { return parse(text, text.size()); }

std::string field(std::string_view name, std::string_view value) {
  return "--edge\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(value) + "\r\n";
}

std::string file(std::string_view content, std::string_view name = "dog.jpg") {
  return "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"" +
         std::string(name) + "\"\r\nContent-Type: image/jpeg\r\n\r\n" + std::string(content) +
         "\r\n";
}

const std::string kEnd = "--edge--\r\n";

TEST(FormParser, GivesTheFieldsAndTheFile) {
  const Form form = parse(field("key", "photos/dog") + field("acl", "") + file("wau\r\n") + kEnd);
  EXPECT_EQ(form.code, "");
  EXPECT_EQ(form.fields, (base::Fields{{"key", "photos/dog"}, {"acl", ""}}));
  EXPECT_EQ(form.file_name, "dog.jpg");
  EXPECT_EQ(form.file, "wau\r\n");
}

TEST(FormParser, GivesTheSameHoweverTheFormIsCut) {
  const std::string text = "before\r\n" + field("key", "a\r\n--edg\r\nb") + field("Größe", "☃") +
                           file("\r\n--edg\r\r\n--\r\n--ed\r\n-") + field("behind", "ignored") +
                           kEnd + "after";
  const Form whole = parse(text);
  ASSERT_EQ(whole.code, "");
  EXPECT_EQ(whole.file, "\r\n--edg\r\r\n--\r\n--ed\r\n-");
  EXPECT_EQ(whole.fields.size(), 2);
  for (std::size_t size = 1; size < text.size(); ++size) EXPECT_EQ(parse(text, size), whole);
}

TEST(FormParser, KnowsWhenTheFileBegan) {
  FormParser parser(kBoundary);
  base::Bytes bytes;
  const std::string text = field("key", "dog") + file("wau");
  const std::size_t content = text.find("wau");
  ASSERT_TRUE(parser.feed(base::as_bytes(text.substr(0, content - 1)), bytes));
  EXPECT_FALSE(parser.in_file());
  ASSERT_TRUE(parser.feed(base::as_bytes(text.substr(content - 1)), bytes));
  EXPECT_TRUE(parser.in_file());
  EXPECT_FALSE(parser.file_ended());
  ASSERT_TRUE(parser.feed(base::as_bytes(kEnd), bytes));
  EXPECT_TRUE(parser.file_ended());
  EXPECT_EQ(parser.bytes_around_file(), text.size() + kEnd.size() - 3);
}

TEST(FormParser, TakesAnEmptyFile) {
  EXPECT_EQ(parse(file("") + kEnd).code, "");
  EXPECT_EQ(parse(file("") + kEnd).file, "");
}

TEST(FormParser, TakesTheLastPartOfTheFilesPath) {
  EXPECT_EQ(parse(file("", R"(C:\photos\dog.jpg)") + kEnd).file_name, "dog.jpg");
  EXPECT_EQ(parse(file("", "../../dog.jpg") + kEnd).file_name, "dog.jpg");
  EXPECT_EQ(parse(file("", R"(a \"good\" dog)") + kEnd).file_name, R"(a "good" dog)");
  EXPECT_EQ(parse(file("", "a;b=c") + kEnd).file_name, "a;b=c");
}

TEST(FormParser, TakesBlanksBehindABoundaryAndNamesWithoutQuotes) {
  const std::string text =
      "--edge \t\r\nContent-Disposition:form-data;name=key\r\n\r\ndog\r\n" + file("wau") + kEnd;
  EXPECT_EQ(parse(text).fields, (base::Fields{{"key", "dog"}}));
}

TEST(FormParser, RefusesWhatIsNoForm) {
  const std::string disposition = "--edge\r\nContent-Disposition: ";
  // A part with that behind its disposition, and the end.
  const auto part = [&disposition](std::string_view form, std::string_view content) {
    return fmt::format("{}{}\r\n\r\n{}\r\n{}", disposition, form, content, kEnd);
  };
  for (const std::string& text : {
           std::string(),
           std::string("wau"),
           std::string("--other\r\n"),
           std::string("--edgewise\r\n"),
           std::string("--edge\r\n: nothing\r\n\r\n"),
           std::string("--edge\r\nno colon\r\n\r\n"),
           "--edge\r\nContent-Type: text/plain\r\n\r\nno name\r\n" + kEnd,
           part("form-data", "no name"),
           part("attachment; name=\"key\"", "dog"),
           part("form-data; name=\"key", "dog"),
           part("form-data; name=\"key\" dog", "dog"),
           part("form-data; name=\"key\"; name=\"other\"", "dog"),
           field("key", "dog") + field("KEY", "other") + file("wau") + kEnd,
           field("key", std::string_view("d\0g", 3)) + file("wau") + kEnd,
           field(std::string_view("k\0y", 3), "dog") + file("wau") + kEnd,
           field("key", "\xff") + file("wau") + kEnd,
           disposition + std::string(5000, 'x') + "\r\n",
           disposition + std::string(5000, 'x'),
       }) {
    EXPECT_EQ(parse(text).code, "MalformedPOSTRequest") << text;
  }
}

TEST(FormParser, RefusesWhatEndsEarly) {
  const std::string text = field("key", "dog") + file("wau") + "--edge--";
  EXPECT_EQ(parse(text).code, "");
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(parse(std::string_view(text).substr(0, size)).code, "MalformedPOSTRequest") << size;
  }
  EXPECT_EQ(parse(file("wau") + "--edgewise\r\n").code, "MalformedPOSTRequest");
}

TEST(FormParser, RefusesAFormWithoutAFile) {
  EXPECT_EQ(parse(field("key", "dog") + kEnd).code, "IncorrectNumberOfFilesInPostRequest");
  EXPECT_EQ(parse(kEnd).code, "IncorrectNumberOfFilesInPostRequest");
}

TEST(FormParser, RefusesTooMuchBeforeTheFile) {
  const std::string code = "MaxPostPreDataLengthExceededError";
  const std::string most(20 * base::kKiB - field("key", "").size() - file("").size() + 2, 'x');
  EXPECT_EQ(parse(field("key", most) + file("wau") + kEnd).code, "");
  EXPECT_EQ(parse(field("key", most + "x") + file("wau") + kEnd).code, code);
  EXPECT_EQ(parse(field("key", std::string(100'000, 'x')), 1000).code, code);
  EXPECT_EQ(parse(std::string(100'000, 'x')).code, code);
  std::string fields;
  for (int number = 0; number < 100; ++number) fields += field(std::to_string(number), "");
  EXPECT_EQ(parse(fields + file("wau") + kEnd).code, "");
  EXPECT_EQ(parse(fields + field("one more", "") + file("wau") + kEnd).code, code);
}

}  // namespace
}  // namespace kennel::wire
