#include "observe/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "base/tests/scratch_folder.h"

namespace kennel::observe {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

AccessEntry entry() {
  return {.time = std::chrono::sys_days(std::chrono::year(2026) / 3 / 14) + 12h + 345ms,
          .peer_address = "127.0.0.1",
          .principal_arn = "arn:aws:iam::123456789012:user/ann",
          .service = "iam",
          .operation = "CreateUser",
          .status = 409,
          .error_code = "EntityAlreadyExists",
          .bytes_in = 120,
          .bytes_out = 300,
          .duration = 1234us,
          .request_id = "7f1c"};
}

std::vector<std::string> lines_of(const base::Path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(AccessLogLine, IsOneLineOfTenWords) {
  EXPECT_EQ(to_line(entry(), LogFormat::kText),
            "2026-03-14T12:00:00.345Z 127.0.0.1 arn:aws:iam::123456789012:user/ann iam:CreateUser "
            "409 EntityAlreadyExists 120 300 1.234 7f1c");
}

TEST(AccessLogLine, HasADashWhereThereIsNothing) {
  AccessEntry unknown = entry();
  unknown.principal_arn = unknown.service = unknown.operation = unknown.error_code = "";
  EXPECT_THAT(to_line(unknown, LogFormat::kText), HasSubstr(" 127.0.0.1 - -:- 409 - 120 "));
}

TEST(AccessLogLine, StaysOneLineWhateverAClientSent) {
  AccessEntry hostile = entry();
  hostile.principal_arn = "a b\r\n2026 \"%\x1b[2J\x7f\xff";
  EXPECT_THAT(to_line(hostile, LogFormat::kText),
              HasSubstr(" a%20b%0D%0A2026%20%22%25%1B[2J%7F%FF iam:"));
  const std::string json = to_line(hostile, LogFormat::kJson);
  EXPECT_EQ(json.find_first_of("\r\n\x1b\x7f\xff"), std::string::npos);
}

TEST(AccessLogLine, IsAnObjectInJson) {
  const auto json = nlohmann::json::parse(to_line(entry(), LogFormat::kJson));
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "time": "2026-03-14T12:00:00.345Z", "peer": "127.0.0.1",
    "principal": "arn:aws:iam::123456789012:user/ann", "service": "iam",
    "operation": "CreateUser", "status": 409, "error": "EntityAlreadyExists",
    "bytes_in": 120, "bytes_out": 300, "duration_ms": 1.234, "request_id": "7f1c"})"));
}

TEST(AccessLog, WritesEveryLineBeforeItIsGone) {
  const base::ScratchFolder folder;
  const base::Path file = folder.path() / "access.log";
  {
    const auto log = AccessLog::open({.file = file}).value();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int line = 0; line < 100; ++line) log->write(entry());
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const std::vector<std::string> lines = lines_of(file);
  EXPECT_EQ(lines.size(), 400U);
  EXPECT_THAT(lines, testing::Each(to_line(entry(), LogFormat::kText)));
}

TEST(AccessLog, GoesOnWhereItEnded) {
  const base::ScratchFolder folder;
  const base::Path file = folder.path() / "access.log";
  for (int start = 0; start < 2; ++start) {
    AccessLog::open({.format = LogFormat::kJson, .file = file}).value()->write(entry());
  }
  EXPECT_EQ(lines_of(file).size(), 2U);
}

TEST(AccessLog, BeginsANewFileWhenOneIsFull) {
  const base::ScratchFolder folder;
  const base::Path file = folder.path() / "access.log";
  {
    const auto log = AccessLog::open({.file = file, .file_bytes_max = 400}).value();
    for (int line = 0; line < 6; ++line) log->write(entry());
  }
  EXPECT_LE(std::filesystem::file_size(file), 400U);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "access.1.log"));
}

TEST(AccessLog, DropsTheOldestLinesWhereItCannotKeepUp) {
  constexpr int kLines = 20'000;
  const base::ScratchFolder folder;
  const base::Path file = folder.path() / "access.log";
  std::uint64_t dropped = 0;
  {
    const auto log = AccessLog::open({.file = file, .lines_waiting_max = 2}).value();
    for (int line = 0; line < kLines; ++line) log->write(entry());
    dropped = log->lines_dropped();
  }
  EXPECT_EQ(lines_of(file).size() + dropped, static_cast<std::size_t>(kLines));
}

TEST(AccessLog, SaysWhatItCannotWrite) {
  const auto log = AccessLog::open({.file = "/proc/none/access.log"});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, base::ErrorKind::kInvalid);
  EXPECT_THAT(log.error().message, HasSubstr("/proc/none"));
}

}  // namespace
}  // namespace kennel::observe
