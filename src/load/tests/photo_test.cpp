#include "load/photo.h"

#include <gtest/gtest.h>

namespace kennel::load {
namespace {

std::string_view kind_of(std::string_view name, std::string_view content) {
  return find_content_type(name, base::as_bytes(content));
}

TEST(FindContentType, GoesByTheContentOfPhotos) {
  EXPECT_EQ(kind_of("a.png", "\xff\xd8\xff\xe0"), "image/jpeg");
  EXPECT_EQ(kind_of("a", "\x89PNG\r\n\x1a\n..."), "image/png");
  EXPECT_EQ(kind_of("a.jpg", std::string_view("RIFF\0\0\0\0WEBPVP8 ", 16)), "image/webp");
  EXPECT_EQ(kind_of("a.wav", std::string_view("RIFF\0\0\0\0WAVEfmt ", 16)),
            "application/octet-stream");
}

TEST(FindContentType, GoesByTheNameOfJson) {
  EXPECT_EQ(kind_of("a.JSON", "{}"), "application/json");
  EXPECT_EQ(kind_of("a.json.txt", "{}"), "application/octet-stream");
  EXPECT_EQ(kind_of("a.jpg", ""), "application/octet-stream");
}

}  // namespace
}  // namespace kennel::load
