#include "access/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"
#include "store/memory_records.h"

namespace kennel::access {
namespace {

const TimePoint kNow(std::chrono::seconds(1'800'000'000));

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    key_.fill(7);
    ensure_administrator_role(directory_, kNow);
    EXPECT_TRUE(directory_.find_role(kAdministratorRole)->is_protected);
    Role role;
    role.name = "trainer";
    role.path = "/team/";
    role.id = "AROATRAINER";
    EXPECT_TRUE(directory_.create_role(role));
  }

  Credentials open() { return {directory_, key_, {"AKIAADMIN", "admin-secret"}}; }
  Session start(const Credentials& credentials, std::chrono::seconds duration) {
    SessionRequest request;
    request.session_name = "me";
    request.duration = duration;
    return credentials.start_session(*directory_.find_role("trainer"), request, kNow);
  }

  MasterKey key_{};
  store::MemoryRecords records_;
  Directory directory_{records_, "123456789012"};
};

TEST_F(CredentialsTest, KnowTheAdministrator) {
  const auto known = open().find("AKIAADMIN", "", kNow);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->secret, "admin-secret");
  EXPECT_EQ(known->caller.arn,
            "arn:aws:sts::123456789012:assumed-role/kennel-administrator/administrator");
  EXPECT_TRUE(known->caller.administrator);
}

TEST_F(CredentialsTest, KnowASessionByItsTokenAlone) {
  const Session session = start(open(), std::chrono::hours(1));
  // Another server over the same records and key knows it as well.
  const auto known = open().find(session.key.id, session.token, kNow);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->secret, session.key.secret);
  EXPECT_EQ(known->caller.arn, "arn:aws:sts::123456789012:assumed-role/trainer/me");
  EXPECT_EQ(known->caller.user_id, "AROATRAINER:me");
  EXPECT_EQ(known->caller.role_arn, "arn:aws:iam::123456789012:role/team/trainer");
  EXPECT_FALSE(known->caller.administrator);
}

TEST_F(CredentialsTest, EndASessionAtItsExpiration) {
  const Credentials credentials = open();
  const Session session = start(credentials, std::chrono::seconds(900));
  const auto last = session.expires - std::chrono::seconds(1);
  EXPECT_TRUE(credentials.find(session.key.id, session.token, last));
  EXPECT_EQ(credentials.find(session.key.id, session.token, session.expires).error(),
            KeyProblem::kExpired);
}

TEST_F(CredentialsTest, RefuseATokenThatIsNotTheKeys) {
  const Credentials credentials = open();
  const Session one = start(credentials, std::chrono::hours(1));
  const Session other = start(credentials, std::chrono::hours(1));
  EXPECT_EQ(credentials.find(one.key.id, other.token, kNow).error(), KeyProblem::kWrongToken);
  EXPECT_EQ(credentials.find(one.key.id, "", kNow).error(), KeyProblem::kUnknownKey);
  EXPECT_EQ(credentials.find("AKIAADMIN", one.token, kNow).error(), KeyProblem::kWrongToken);
  EXPECT_EQ(credentials.find("AKIANOBODY", "", kNow).error(), KeyProblem::kUnknownKey);
}

TEST_F(CredentialsTest, RefuseATokenWithAnyBitChanged) {
  const Credentials credentials = open();
  const Session session = start(credentials, std::chrono::hours(1));
  const base::Bytes sealed = *base::from_base64(session.token);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    base::Bytes changed = sealed;
    changed[at] ^= 1;
    EXPECT_FALSE(credentials.find(session.key.id, base::to_base64(changed), kNow)) << at;
  }
}

TEST_F(CredentialsTest, RefuseATokenOfAnotherServer) {
  const Session session = start(open(), std::chrono::hours(1));
  key_.fill(8);
  EXPECT_EQ(open().find(session.key.id, session.token, kNow).error(), KeyProblem::kWrongToken);
}

TEST_F(CredentialsTest, EndASessionWithItsRole) {
  const Credentials credentials = open();
  const Session session = start(credentials, std::chrono::hours(1));
  ASSERT_TRUE(directory_.delete_role("trainer"));
  EXPECT_EQ(credentials.find(session.key.id, session.token, kNow).error(), KeyProblem::kUnknownKey);
  // A role made anew under the same name is another one.
  Role again;
  again.name = "trainer";
  again.path = "/team/";
  again.id = "AROAOTHER";
  ASSERT_TRUE(directory_.create_role(again));
  EXPECT_EQ(credentials.find(session.key.id, session.token, kNow).error(), KeyProblem::kUnknownKey);
}

TEST_F(CredentialsTest, ShowNoSecretInTheToken) {
  const Session session = start(open(), std::chrono::hours(1));
  EXPECT_THAT(std::string(base::as_text(*base::from_base64(session.token))),
              testing::Not(testing::HasSubstr(session.key.secret)));
}

TEST(AdministratorKey, IsMadeOnceAndKept) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const base::Path file = scratch.path() / "administrator.json";
  const auto first = open_administrator_key(disk, file, std::nullopt);
  const auto second = open_administrator_key(disk, file, std::nullopt);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(first->secret.size(), 40u);
  EXPECT_EQ(static_cast<int>(std::filesystem::status(file).permissions()), 0600);
  EXPECT_EQ(read_administrator_key(file)->secret, first->secret);
}

TEST(AdministratorKey, IsTheGivenOneAndIsKeptToo) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const base::Path file = scratch.path() / "administrator.json";
  ASSERT_TRUE(open_administrator_key(disk, file, AccessKey{"AKIACI", "secret-of-ci"}));
  EXPECT_EQ(open_administrator_key(disk, file, std::nullopt)->id, "AKIACI");
}

TEST(AdministratorKey, RefusesAKeyThatNobodyShouldUse) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const base::Path file = scratch.path() / "administrator.json";
  EXPECT_FALSE(open_administrator_key(disk, file, AccessKey{"AKIACI", ""}));
  EXPECT_FALSE(open_administrator_key(disk, file, AccessKey{"AKIACI", "short"}));
  EXPECT_FALSE(open_administrator_key(disk, file, AccessKey{"no key", "long-enough"}));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(MasterKey, IsMadeOnceAndKept) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const auto first = open_master_key(disk, scratch.path() / "key");
  EXPECT_EQ(*first, *open_master_key(disk, scratch.path() / "key"));
}

TEST(MasterKey, IsRefusedWhereOthersCanReadIt) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const base::Path file = scratch.path() / "key";
  ASSERT_TRUE(open_master_key(disk, file));
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_EQ(open_master_key(disk, file).error().kind, base::ErrorKind::kCorrupt);
}

TEST(Seal, OpensWhatWasSealedForTheSamePurposeOnly) {
  MasterKey key{};
  const Seal tokens(key, "session token");
  const std::string sealed = tokens.seal("words");
  EXPECT_EQ(tokens.open(sealed), "words");
  EXPECT_EQ(Seal(key, "something else").open(sealed), std::nullopt);
  EXPECT_EQ(tokens.open("nonsense"), std::nullopt);
  EXPECT_EQ(tokens.open(""), std::nullopt);
  EXPECT_NE(sealed, tokens.seal("words"));
}

}  // namespace
}  // namespace kennel::access
