#include "sign/timestamp.h"

#include <gtest/gtest.h>

namespace kennel::sign {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

const Time kMorning = sys_days(2026y / 11 / 21) + 10h + 30min + 5s;

TEST(IsoBasic, IsWrittenWithoutPartsOfASecond) {
  EXPECT_EQ(to_iso_basic(kMorning + 999ms), "20261121T103005Z");
}

TEST(IsoBasic, IsReadAsWritten) {
  EXPECT_EQ(parse_iso_basic("20261121T103005Z"), kMorning);
  EXPECT_EQ(parse_iso_basic("20280229T235959Z"), sys_days(2028y / 2 / 29) + 24h - 1s);
}

TEST(IsoBasic, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "20261121T103005", "2026-11-21T10:30:05Z", "20261121T103005z", "20261121 103005Z",
        "20261321T103005Z", "20260229T103005Z", "20261121T243005Z", "20261121T106005Z",
        "20261121T103060Z", "+0261121T103005Z", "20261121T103005ZZ", "00001121T103005Z",
        "99991121T103005Z"}) {
    EXPECT_FALSE(parse_iso_basic(text)) << text;
  }
}

TEST(HttpDate, IsReadInThreeZonesThatAreOne) {
  for (const char* zone : {"GMT", "+0000", "-0000"}) {
    EXPECT_EQ(parse_http_date(std::string("Sat, 21 Nov 2026 10:30:05 ") + zone), kMorning);
  }
}

TEST(HttpDate, RefusesWhatIsNoTime) {
  for (const char* text : {"", "Sat, 21 Nov 2026 10:30:05", "Sat, 21 Nov 2026 10:30:05 CET",
                           "Sat, 21 Now 2026 10:30:05 GMT", "Sat, 41 Nov 2026 10:30:05 GMT",
                           "Sat. 21 Nov 2026 10:30:05 GMT", "Saturday, 21-Nov-26 10:30:05 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace kennel::sign
