// What every implementation of Records promises, in memory and on disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "base/tests/scratch_folder.h"
#include "store/memory_records.h"
#include "store/sqlite_records.h"

namespace kennel::store {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct InMemory {
  MemoryRecords records;
};

struct OnDisk {
  base::ScratchFolder folder;
  std::unique_ptr<SqliteRecords> opened = SqliteRecords::open(folder.path() / "records.db").value();
  SqliteRecords& records = *opened;
};

template <class Kind>
class RecordsContract : public testing::Test {
 protected:
  void put(const std::string& key, const std::string& value, const std::string& in = "things") {
    ASSERT_TRUE(records_.commit({{in, key, value, std::nullopt}}));
  }
  std::optional<std::string> value(const std::string& key, const std::string& in = "things") const {
    const auto record = records_.find(in, key);
    return record ? std::optional(record->value) : std::nullopt;
  }
  std::uint64_t version(const std::string& key, const std::string& in = "things") const {
    return records_.find(in, key)->version;
  }
  std::vector<std::string> keys(const ScanRange& range, const std::string& in = "things") const {
    std::vector<std::string> found;
    for (const Record& record : records_.scan(in, range)) found.push_back(record.key);
    return found;
  }

  Kind kind_;
  Records& records_ = kind_.records;
};

using Kinds = testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(RecordsContract, Kinds);

TYPED_TEST(RecordsContract, FindsWhatWasPut) {
  this->put("a", "one");
  EXPECT_EQ(this->value("a"), "one");
}

TYPED_TEST(RecordsContract, FindsNothingWhereNothingIs) {
  this->put("a", "one");
  EXPECT_EQ(this->records_.find("things", "b"), std::nullopt);
  EXPECT_EQ(this->records_.find("others", "a"), std::nullopt);
  EXPECT_THAT(this->keys({}, "others"), IsEmpty());
}

TYPED_TEST(RecordsContract, GivesEveryPutAVersionThatWasNeverThere) {
  std::set<std::uint64_t> versions;
  this->put("a", "one");
  versions.insert(this->version("a"));
  this->put("a", "one");
  versions.insert(this->version("a"));
  ASSERT_TRUE(this->records_.commit({{"things", "a", std::nullopt, std::nullopt}}));
  EXPECT_EQ(this->records_.find("things", "a"), std::nullopt);
  this->put("a", "one");
  versions.insert(this->version("a"));
  EXPECT_EQ(versions.size(), 3U);
  EXPECT_FALSE(versions.contains(0));
}

TYPED_TEST(RecordsContract, TakesTheRemovalOfNothing) {
  EXPECT_TRUE(this->records_.commit({{"things", "a", std::nullopt, std::nullopt}}));
  EXPECT_TRUE(this->records_.commit({{"things", "a", std::nullopt, 0}}));
}

TYPED_TEST(RecordsContract, TakesACommitOfNothing) { EXPECT_TRUE(this->records_.commit({})); }

TYPED_TEST(RecordsContract, PutsOnlyWhereNothingIsWhenToldSo) {
  ASSERT_TRUE(this->records_.commit({{"things", "a", "one", 0}}));
  const auto again = this->records_.commit({{"things", "a", "two", 0}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(again.error().message, HasSubstr("things \"a\" is there already, at version "));
  EXPECT_EQ(this->value("a"), "one");
}

TYPED_TEST(RecordsContract, NamesTheRecordThatIsAtAnotherVersion) {
  this->put("a", "one");
  const std::uint64_t old = this->version("a");
  this->put("a", "two");
  const auto result = this->records_.commit({{"things", "a", "three", old}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(result.error().message, HasSubstr("things \"a\" is at version "));
  EXPECT_TRUE(this->records_.commit({{"things", "a", "three", this->version("a")}}));
}

TYPED_TEST(RecordsContract, NamesTheRecordThatIsMissing) {
  const auto result = this->records_.commit({{"things", std::string("\0\xff", 2), "x", 4}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "things \"\\x00\\xff\" is not there, expected version 4");
}

TYPED_TEST(RecordsContract, RemovesAtAnExpectedVersionOnly) {
  this->put("a", "one");
  const std::uint64_t version = this->version("a");
  EXPECT_FALSE(this->records_.commit({{"things", "a", std::nullopt, version + 1}}));
  EXPECT_TRUE(this->records_.find("things", "a"));
  EXPECT_TRUE(this->records_.commit({{"things", "a", std::nullopt, version}}));
  EXPECT_FALSE(this->records_.find("things", "a"));
}

TYPED_TEST(RecordsContract, ExpectsWithoutWriting) {
  this->put("a", "one");
  const std::uint64_t version = this->version("a");
  const Change there{"things", "a", {}, kAnyVersion, ChangeKind::kExpect};
  const Change missing{"things", "b", {}, kAnyVersion, ChangeKind::kExpect};
  EXPECT_TRUE(this->records_.commit({there, {"things", "c", "x", std::nullopt}}));
  EXPECT_EQ(this->version("a"), version);
  const auto refused = this->records_.commit({missing, {"things", "d", "x", std::nullopt}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(this->value("d"), std::nullopt);
}

TYPED_TEST(RecordsContract, ExpectsNoKeyWithAPrefix) {
  this->put("a/1", "one");
  const auto none_of = [](const std::string& prefix) {
    return Changes{{"things", prefix, {}, {}, ChangeKind::kExpectNone}};
  };
  const auto refused = this->records_.commit(none_of("a/"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(this->records_.commit(none_of("a/2")));
  EXPECT_TRUE(this->records_.commit(none_of("a0")));
  EXPECT_TRUE(this->records_.commit(none_of("a/1/")));
}

TYPED_TEST(RecordsContract, AppliesAllChangesOfACommit) {
  this->put("old", "x");
  ASSERT_TRUE(this->records_.commit({{"things", "a", "1", 0},
                                     {"others", "a", "2", 0},
                                     {"things", "old", std::nullopt, this->version("old")}}));
  EXPECT_EQ(this->value("a"), "1");
  EXPECT_EQ(this->value("a", "others"), "2");
  EXPECT_EQ(this->records_.find("things", "old"), std::nullopt);
}

TYPED_TEST(RecordsContract, AppliesNothingOfARefusedCommit) {
  this->put("last", "x");
  EXPECT_FALSE(this->records_.commit({{"things", "a", "1", 0},
                                      {"things", "b", "2", std::nullopt},
                                      {"things", "last", std::nullopt, 7}}));
  EXPECT_THAT(this->keys({}), ElementsAre("last"));
}

TYPED_TEST(RecordsContract, ExpectsOfTheStateBeforeTheCommit) {
  EXPECT_TRUE(this->records_.commit({{"things", "a", "1", 0}, {"things", "a", "2", 0}}));
  EXPECT_EQ(this->value("a"), "2");
}

TYPED_TEST(RecordsContract, KeepsCollectionsApart) {
  this->put("k", "1", "a");
  this->put("k", "2", "ab");
  this->put("", "3", "a");
  EXPECT_THAT(this->keys({}, "a"), ElementsAre("", "k"));
  EXPECT_EQ(this->value("", "a"), "3");
  EXPECT_EQ(this->value("k", "a"), "1");
}

TYPED_TEST(RecordsContract, KeepsEmptyAndBinaryValues) {
  const std::string bytes("\0\x01\xff\0", 4);
  this->put("empty", "");
  this->put("bytes", bytes);
  EXPECT_EQ(this->value("empty"), "");
  EXPECT_EQ(this->records_.find("things", "bytes")->value, bytes);
  EXPECT_THAT(this->records_.scan("things", {.prefix = "empty"}),
              ElementsAre(Record{"empty", "", this->version("empty")}));
}

TYPED_TEST(RecordsContract, KeepsAMebibyte) {
  std::string value(base::kMiB, 'x');
  value.back() = '\0';
  this->put("big", value);
  EXPECT_EQ(this->records_.find("things", "big")->value, value);
}

TYPED_TEST(RecordsContract, RefusesWhatIsTooLarge) {
  const auto result = this->records_.commit(
      {{"things", "small", "x", 0}, {"things", "big", std::string(kRecordBytesMax, 'x'), 0}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTooLarge);
  EXPECT_THAT(result.error().message, HasSubstr("things \"big\" would take 64.0 MiB"));
  EXPECT_THAT(this->keys({}), IsEmpty());
}

TYPED_TEST(RecordsContract, ScansInTheOrderOfBytes) {
  for (const char* key : {"b", "a", "\xff", "\x80", "a\xff", "B", "aa", "\x7f"}) this->put(key, "");
  EXPECT_THAT(this->keys({}), ElementsAre("B", "a", "aa", "a\xff", "b", "\x7f", "\x80", "\xff"));
  EXPECT_THAT(this->keys({.descending = true}),
              ElementsAre("\xff", "\x80", "\x7f", "b", "a\xff", "aa", "a", "B"));
}

TYPED_TEST(RecordsContract, ScansKeysThatBeginWithAPrefix) {
  for (const char* key : {"a", "user/1", "user/2", "user/\xff", "user0", "usr"}) this->put(key, "");
  EXPECT_THAT(this->keys({.prefix = "user/"}), ElementsAre("user/1", "user/2", "user/\xff"));
  EXPECT_THAT(this->keys({.prefix = "user/", .descending = true}),
              ElementsAre("user/\xff", "user/2", "user/1"));
  EXPECT_THAT(this->keys({.prefix = "v"}), IsEmpty());
}

TYPED_TEST(RecordsContract, ScansPrefixesOfTheHighestAndTheLowestBytes) {
  const std::string zero("\0", 1);
  const std::string zeros("\0\0", 2);
  for (const std::string& key : {zero, zeros, std::string("\xfe"), std::string("\xff"),
                                 std::string("\xff\xff"), std::string("\xff\xff\xff")}) {
    this->put(key, "");
  }
  EXPECT_THAT(this->keys({.prefix = zero}), ElementsAre(zero, zeros));
  EXPECT_THAT(this->keys({.prefix = zeros}), ElementsAre(zeros));
  EXPECT_THAT(this->keys({.prefix = "\xff"}), ElementsAre("\xff", "\xff\xff", "\xff\xff\xff"));
  EXPECT_THAT(this->keys({.prefix = "\xff\xff", .descending = true}),
              ElementsAre("\xff\xff\xff", "\xff\xff"));
  EXPECT_THAT(this->keys({.prefix = "\xff", .after = "\xff"}),
              ElementsAre("\xff\xff", "\xff\xff\xff"));
}

TYPED_TEST(RecordsContract, GoesOnAfterAKeyWhetherItIsThereOrNot) {
  for (const char* key : {"p1", "p2", "p3", "q"}) this->put(key, "");
  EXPECT_THAT(this->keys({.prefix = "p", .after = "p1"}), ElementsAre("p2", "p3"));
  EXPECT_THAT(this->keys({.prefix = "p", .after = "p15"}), ElementsAre("p2", "p3"));
  EXPECT_THAT(this->keys({.prefix = "p", .after = "a"}), ElementsAre("p1", "p2", "p3"));
  EXPECT_THAT(this->keys({.prefix = "p", .after = "z"}), IsEmpty());
  EXPECT_THAT(this->keys({.prefix = "p", .after = "p3", .descending = true}),
              ElementsAre("p2", "p1"));
  EXPECT_THAT(this->keys({.prefix = "p", .after = "z", .descending = true}),
              ElementsAre("p3", "p2", "p1"));
  EXPECT_THAT(this->keys({.prefix = "p", .after = "a", .descending = true}), IsEmpty());
  EXPECT_THAT(this->keys({.after = "p3"}), ElementsAre("q"));
}

TYPED_TEST(RecordsContract, PagesThroughByLimit) {
  for (const char* key : {"1", "2", "3", "4", "5"}) this->put(key, "");
  EXPECT_THAT(this->keys({.limit = 2}), ElementsAre("1", "2"));
  EXPECT_THAT(this->keys({.after = "2", .limit = 2}), ElementsAre("3", "4"));
  EXPECT_THAT(this->keys({.limit = 2, .descending = true}), ElementsAre("5", "4"));
  EXPECT_THAT(this->keys({.limit = 0}), IsEmpty());
  EXPECT_EQ(this->keys({.limit = static_cast<std::size_t>(-1)}).size(), 5U);
}

TYPED_TEST(RecordsContract, LetsOneOfManyWritersWinEachVersion) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 25;
  this->put("count", "0");
  std::atomic<int> won{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&] {
      for (int done = 0; done < kRounds;) {
        const Record seen = *this->records_.find("things", "count");
        const std::string next = std::to_string(std::stoi(seen.value) + 1);
        const auto result = this->records_.commit({{"things", "count", next, seen.version}});
        if (!result) continue;
        ++done;
        ++won;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(won, kWriters * kRounds);
  EXPECT_EQ(this->value("count"), "100");
}

TYPED_TEST(RecordsContract, LetsExactlyOneOfManyMakeARecord) {
  constexpr int kWriters = 8;
  std::atomic<int> won{0};
  std::atomic<int> lost{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&] {
      const auto result = this->records_.commit({{"things", "only", "mine", 0}});
      ++(result ? won : lost);
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, kWriters - 1);
}

TYPED_TEST(RecordsContract, AnswersEverySubmitOfManyThreadsOnce) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 250;
  std::vector<std::atomic<int>> answers(kThreads * kCommits);
  std::atomic<int> left{kThreads * kCommits};
  std::promise<void> all;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int commit = 0; commit < kCommits; ++commit) {
        const int number = thread * kCommits + commit;
        this->records_.submit({{"things", std::to_string(number), "x", 0}},
                              [&, number](std::exception_ptr broken, base::Result<void> result) {
                                if (!broken && result) ++answers[static_cast<std::size_t>(number)];
                                if (--left == 0) all.set_value();
                              });
      }
    });
  }
  all.get_future().wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(std::ranges::all_of(answers, [](const auto& count) { return count == 1; }));
  EXPECT_EQ(this->keys({.limit = 2000}).size(), answers.size());
}

TYPED_TEST(RecordsContract, ShowsAReaderEveryAcknowledgedCommit) {
  constexpr int kCommits = 100;
  std::atomic<int> acknowledged{0};
  std::thread writer([&] {
    for (int commit = 1; commit <= kCommits; ++commit) {
      EXPECT_TRUE(this->records_.commit({{"things", "a", std::to_string(commit), {}},
                                         {"things", "b", std::to_string(commit), {}}}));
      acknowledged = commit;
    }
  });
  for (int before = 0; before < kCommits; before = acknowledged) {
    const std::vector<Record> seen = this->records_.scan("things", {});
    if (before == 0 && seen.empty()) continue;
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].value, seen[1].value);  // a scan sees a commit whole or not at all
    EXPECT_GE(std::stoi(seen[0].value), before);
  }
  writer.join();
}

}  // namespace
}  // namespace kennel::store
