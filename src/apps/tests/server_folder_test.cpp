#include "apps/server_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/aws_profile.h"
#include "apps/listen_address.h"
#include "base/tests/scratch_folder.h"

namespace kennel::apps {
namespace {

using testing::HasSubstr;

TEST(FolderLock, IsHeldByOneServerAtATime) {
  const base::ScratchFolder scratch;
  const ServerFolder folder{scratch.path()};
  EXPECT_FALSE(is_running(folder));
  {
    const auto first = FolderLock::take(folder);
    ASSERT_TRUE(first);
    EXPECT_TRUE(is_running(folder));
    const auto second = FolderLock::take(folder);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("a server runs on " + scratch.path().string()));
  }
  EXPECT_FALSE(is_running(folder));
  EXPECT_TRUE(FolderLock::take(folder));
}

TEST(FolderLock, NamesTheServerThatHoldsIt) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const ServerFolder folder{scratch.path()};
  const auto lock = FolderLock::take(folder);
  write_note(disk, folder, {.process = 4711, .url = "http://127.0.0.1:4566"});
  EXPECT_THAT(FolderLock::take(folder).error().message,
              HasSubstr("process 4711, http://127.0.0.1:4566"));
}

TEST(ServerNote, ComesBackAsItWasWritten) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const ServerFolder folder{scratch.path()};
  EXPECT_EQ(read_note(folder).error().kind, base::ErrorKind::kNotFound);
  write_note(disk, folder, {7, "http://a", "https://a", "us-east-1", "123456789012", "0.1", 99});
  const auto note = read_note(folder);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->process, 7);
  EXPECT_EQ(note->https_url, "https://a");
  EXPECT_EQ(note->account, "123456789012");
  EXPECT_EQ(note->started_ms, 99);
  base::write_atomically(disk, folder.note(), "nonsense");
  EXPECT_EQ(read_note(folder).error().kind, base::ErrorKind::kCorrupt);
}

TEST(Account, StaysWhatItWasAtTheFirstStart) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const ServerFolder folder{scratch.path()};
  EXPECT_EQ(open_account(disk, folder, "12345").error().kind, base::ErrorKind::kInvalid);
  EXPECT_EQ(*open_account(disk, folder, "123456789012"), "123456789012");
  EXPECT_EQ(*open_account(disk, folder, std::nullopt), "123456789012");
  EXPECT_EQ(open_account(disk, folder, "999999999999").error().kind, base::ErrorKind::kConflict);
}

TEST(ListenAddress, IsAnIpAddressAndAPort) {
  EXPECT_EQ(*parse_listen_address("127.0.0.1:4566"), (ListenAddress{"127.0.0.1", 4566}));
  EXPECT_EQ(*parse_listen_address("localhost:1"), (ListenAddress{"127.0.0.1", 1}));
  EXPECT_EQ(*parse_listen_address("[::1]:0"), (ListenAddress{"::1", 0}));
  for (const char* text : {"", "4566", ":4566", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                           "127.0.0.1:65536", "::1:4566", "[::1]", "dogs:1", "127.0.0.1:-1"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
}

TEST(ListenAddress, IsWrittenForClientsOnThisMachine) {
  EXPECT_EQ(client_authority({"0.0.0.0", 80}), "127.0.0.1:80");
  EXPECT_EQ(client_authority({"::", 80}), "[::1]:80");
  EXPECT_EQ(client_authority({"10.0.0.1", 80}), "10.0.0.1:80");
  EXPECT_TRUE(is_loopback("127.1.2.3"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("0.0.0.0"));
}

TEST(AwsProfile, IsAppendedToWhatIsThere) {
  const auto text = put_section("[default]\nregion = eu-west-1", "profile dogs", {{"a", "1"}});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "[default]\nregion = eu-west-1\n\n[profile dogs]\n" + std::string(kProfileMark) +
                       "\na = 1\n");
}

TEST(AwsProfile, ReplacesItsOwnSectionOnly) {
  const std::string own = "[profile dogs]\n" + std::string(kProfileMark) + "\nold = 1\n";
  const auto text =
      put_section("[a]\nx = 1\n\n" + own + "\n[b]\ny = 2\n", "profile dogs", {{"new", "2"}});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "[a]\nx = 1\n\n[profile dogs]\n" + std::string(kProfileMark) +
                       "\nnew = 2\n\n[b]\ny = 2\n");
  EXPECT_EQ(*put_section(*text, "profile dogs", {{"new", "2"}}), *text);
}

TEST(AwsProfile, LeavesCommentsBelowItsSettings) {
  const std::string own = "[profile dogs]\n" + std::string(kProfileMark) + "\nold = 1\n";
  const std::string comment = "# mine\n[b]\n";
  EXPECT_EQ(*put_section(own + comment, "profile dogs", {{"old", "1"}}), own + comment);
}

TEST(AwsProfile, LeavesASectionOfSomebodyElse) {
  for (const char* header : {"[profile dogs]", "[ profile   dogs ]", "  [profile\tdogs]  # mine"}) {
    const auto text = put_section(std::string(header) + "\nregion = x\n", "profile dogs", {});
    ASSERT_FALSE(text) << header;
    EXPECT_EQ(text.error().kind, base::ErrorKind::kConflict);
  }
}

}  // namespace
}  // namespace kennel::apps
