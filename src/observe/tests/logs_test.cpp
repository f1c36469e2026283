#include "observe/logs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/tests/scratch_folder.h"
#include "store/memory_records.h"
#include "store/sqlite_records.h"

namespace kennel::observe {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

LogTime at(int ms) { return LogTime(milliseconds(1'800'000'000'000 + ms)); }

struct InMemory {
  store::MemoryRecords records;
};
struct OnDisk {
  base::ScratchFolder scratch;
  std::unique_ptr<store::SqliteRecords> opened =
      store::SqliteRecords::open(scratch.path() / "records.db").value();
  store::Records& records = *opened;
};

template <class Place>
class LogsTest : public testing::Test {
 public:
  LogsTest() { clock.advance(at(0).time_since_epoch()); }

  void append(const std::string& stream, std::vector<LogLine> lines) {
    ASSERT_TRUE(logs.append("group", stream, lines));
  }

  std::vector<std::string> read(const std::string& stream, const EventQuery& query = {}) {
    std::vector<std::string> messages;
    for (const LogEvent& event : logs.read(logs.get_stream("group", stream).value(), query)) {
      messages.push_back(event.message);
    }
    return messages;
  }

  Place place;
  base::ManualClock clock;
  Logs logs{place.records, clock};
};
using Places = testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(LogsTest, Places);

TYPED_TEST(LogsTest, MakeGroupAndStreamWhereTheServerWrites) {
  this->append("a", {});
  EXPECT_THAT(this->read("a"), IsEmpty());
  EXPECT_EQ(this->logs.get_group("group")->created, at(0));
  EXPECT_FALSE(this->logs.get_stream("group", "a")->last_event);
}

TYPED_TEST(LogsTest, LoseNothingOfSeveralThatWriteAtOnce) {
  std::vector<std::thread> writers;
  for (const char* stream : {"a", "b", "shared", "shared"}) {
    writers.emplace_back([this, stream] {
      for (int i = 0; i < 20; ++i) this->append(stream, {{at(i), "x"}});
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(this->read("a"), SizeIs(20));
  EXPECT_THAT(this->read("b"), SizeIs(20));
  EXPECT_THAT(this->read("shared"), SizeIs(40));
}

TYPED_TEST(LogsTest, KeepTheOrderOfTimesAndWithinOneOfArrival) {
  this->append("a", {{at(5), "5a"}, {at(5), "5b"}, {at(2), "2"}});
  this->append("a", {{at(5), "5c"}, {at(1), "1"}});
  EXPECT_THAT(this->read("a"), ElementsAre("1", "2", "5a", "5b", "5c"));
  EXPECT_THAT(this->read("a", {.forward = false}), ElementsAre("5c", "5b", "5a", "2", "1"));
}

TYPED_TEST(LogsTest, ReadFromATimeUntilAnother) {
  this->append("a", {{at(1), "1"}, {at(2), "2a"}, {at(2), "2b"}, {at(3), "3"}});
  EXPECT_THAT(this->read("a", {.from = at(2), .until = at(3)}), ElementsAre("2a", "2b"));
  EXPECT_THAT(this->read("a", {.from = at(2), .until = at(3), .forward = false}),
              ElementsAre("2b", "2a"));
  EXPECT_THAT(this->read("a", {.from = at(4)}), IsEmpty());
}

TYPED_TEST(LogsTest, GoOnWhereTheLastPageEnded) {
  std::vector<LogLine> lines;
  for (int i = 0; i < 25; ++i) lines.push_back({at(i / 10), std::to_string(i)});
  this->append("a", lines);
  const LogStream stream = this->logs.get_stream("group", "a").value();
  for (const bool forward : {true, false}) {
    std::vector<std::string> seen;
    EventQuery query{.forward = forward, .limit = 7};
    for (;;) {
      const auto page = this->logs.read(stream, query);
      if (page.empty()) break;
      for (const LogEvent& event : page) seen.push_back(event.message);
      query.after = page.back().position;
    }
    if (!forward) std::ranges::reverse(seen);
    ASSERT_THAT(seen, SizeIs(25));
    for (int i = 0; i < 25; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(i));
  }
}

TYPED_TEST(LogsTest, GiveNoMoreBytesThanAskedForButOneEvent) {
  this->append("a", {{at(1), std::string(100, 'x')}, {at(2), std::string(100, 'y')}});
  EXPECT_THAT(this->read("a", {.bytes_max = 10}), SizeIs(1));
  EXPECT_THAT(this->read("a", {.bytes_max = 252}), SizeIs(2));
}

TYPED_TEST(LogsTest, CutMessagesThatAreTooLong) {
  this->append("a", {{at(1), std::string(kMessageBytesMax + 5, 'x')}});
  const auto pieces = this->read("a", {.bytes_max = 1 << 22});
  ASSERT_THAT(pieces, SizeIs(2));
  EXPECT_EQ(pieces[1], "xxxxx");
}

TYPED_TEST(LogsTest, CutWhatIsNoTextAsWell) {
  this->append("a", {{at(1), std::string(kMessageBytesMax + 5, '\x80')}});
  const auto pieces = this->read("a", {.bytes_max = 1 << 22});
  ASSERT_THAT(pieces, SizeIs(2));
  EXPECT_EQ(pieces[0].size() + pieces[1].size(), kMessageBytesMax + 5);
}

TYPED_TEST(LogsTest, NeverCutWithinALetter) {
  this->append("a", {{at(1), std::string(kMessageBytesMax - 1, 'x').append("\u00e4y")}});
  const auto pieces = this->read("a", {.bytes_max = 1 << 22});
  ASSERT_THAT(pieces, SizeIs(2));
  EXPECT_EQ(pieces[1], "\u00e4y");
}

TYPED_TEST(LogsTest, TellTheirTimesAndBytes) {
  this->append("a", {{at(3), "abc"}, {at(1), "d"}});
  const LogStream stream = this->logs.get_stream("group", "a").value();
  EXPECT_EQ(stream.first_event, at(1));
  EXPECT_EQ(stream.last_event, at(3));
  EXPECT_EQ(stream.last_ingestion, at(0));
  EXPECT_EQ(this->logs.stored_bytes("group"), 4 + 2 * kEventBytes);
}

TYPED_TEST(LogsTest, RefuseWhatIsNotThereAndWhatIs) {
  EXPECT_EQ(this->logs.put("group", "a", {}).error(), LogProblem::kNoSuchGroup);
  EXPECT_EQ(this->logs.create_stream("group", "a").error(), LogProblem::kNoSuchGroup);
  EXPECT_EQ(this->logs.remove_group("group").error(), LogProblem::kNoSuchGroup);
  ASSERT_TRUE(this->logs.create_group({.name = "group", .created = at(0)}));
  EXPECT_EQ(this->logs.create_group({.name = "group"}).error(), LogProblem::kGroupExists);
  EXPECT_EQ(this->logs.put("group", "a", {}).error(), LogProblem::kNoSuchStream);
  ASSERT_TRUE(this->logs.create_stream("group", "a"));
  EXPECT_EQ(this->logs.create_stream("group", "a").error(), LogProblem::kStreamExists);
  EXPECT_EQ(this->logs.remove_stream("group", "b").error(), LogProblem::kNoSuchStream);
}

TYPED_TEST(LogsTest, AreGoneAtOnceAndTheirEventsSoon) {
  this->append("a", {{at(1), "old"}, {at(2), "older"}});
  this->append("b", {{at(1), "other"}});
  ASSERT_TRUE(this->logs.remove_stream("group", "a"));
  this->append("a", {{at(1), "new"}});
  EXPECT_THAT(this->read("a"), ElementsAre("new"));
  while (this->logs.trim(1)) {
  }
  EXPECT_THAT(this->place.records.scan("log-events", {}), SizeIs(2));
  ASSERT_TRUE(this->logs.remove_group("group"));
  EXPECT_EQ(this->logs.get_stream("group", "b").error(), LogProblem::kNoSuchGroup);
  while (this->logs.trim(100)) {
  }
  for (const char* collection : {"log-events", "log-streams", "log-groups", "log-garbage"}) {
    EXPECT_THAT(this->place.records.scan(collection, {}), IsEmpty()) << collection;
  }
}

TYPED_TEST(LogsTest, ForgetWhatIsOlderThanTheirRetention) {
  this->append("a", {{at(0), "old"}, {at(1), "older"}});
  this->clock.advance(std::chrono::days(3));
  this->append("a", {{at(0) + std::chrono::days(3), "new"}});
  ASSERT_TRUE(this->logs.set_retention("group", 7));
  while (this->logs.trim(1)) {
  }
  EXPECT_THAT(this->read("a"), SizeIs(3));
  ASSERT_TRUE(this->logs.set_retention("group", 1));
  while (this->logs.trim(1)) {
  }
  EXPECT_THAT(this->read("a"), ElementsAre("new"));
}

TYPED_TEST(LogsTest, TellWhatIsLeftOnceTheRestIsForgotten) {
  this->append("a", {{at(0), "old"}, {at(1), "older"}});
  this->append("b", {{at(0), "all of it"}});
  this->append("a", {{at(0) + std::chrono::days(3), "new"}});
  this->clock.advance(std::chrono::days(3));
  ASSERT_TRUE(this->logs.set_retention("group", 1));
  while (this->logs.trim(1)) {
  }
  const LogStream stream = this->logs.get_stream("group", "a").value();
  EXPECT_EQ(stream.first_event, at(0) + std::chrono::days(3));
  EXPECT_EQ(stream.bytes, 3 + kEventBytes);
  EXPECT_FALSE(this->logs.get_stream("group", "b")->first_event);
  EXPECT_EQ(this->logs.stored_bytes("group"), 3 + kEventBytes);
}

TYPED_TEST(LogsTest, ForgetMoreThanAPageOfLongMessages) {
  const std::vector<LogLine> lines(12, {at(0), std::string(kMessageBytesMax, 'x')});
  this->append("a", lines);
  this->clock.advance(std::chrono::days(3));
  ASSERT_TRUE(this->logs.set_retention("group", 1));
  while (this->logs.trim(500)) {
  }
  EXPECT_THAT(this->read("a"), IsEmpty());
}

TYPED_TEST(LogsTest, AreListedFromTheLastAsWell) {
  for (const char* name : {"a", "b", "c"}) this->append(name, {});
  const auto page =
      this->logs.list_streams("group", "", {.after = "c", .limit = 1, .descending = true});
  ASSERT_THAT(page.items, SizeIs(1));
  EXPECT_EQ(page.items[0].name, "b");
  EXPECT_EQ(page.next, "b");
}

TYPED_TEST(LogsTest, AreListedByPrefixPageByPage) {
  for (const char* name : {"job-1/algo-1", "job-1/algo-2", "job-10/algo-1", "other"}) {
    this->append(name, {});
  }
  const auto names = [this](const std::string& prefix) {
    std::vector<std::string> all;
    std::string after;
    do {
      const auto page = this->logs.list_streams("group", prefix, {.after = after, .limit = 1});
      for (const LogStream& stream : page.items) all.push_back(stream.name);
      after = page.next;
    } while (!after.empty());
    return all;
  };
  EXPECT_THAT(names("job-1/"), ElementsAre("job-1/algo-1", "job-1/algo-2"));
  EXPECT_THAT(names(""), SizeIs(4));
  ASSERT_TRUE(this->logs.create_group({.name = "group-2"}));
  EXPECT_THAT(this->logs.list_groups("group", "", 1).next, "group");
  EXPECT_THAT(this->logs.list_groups("group", "group", 1).items, SizeIs(1));
  EXPECT_THAT(this->logs.list_groups("x", "", 1).items, IsEmpty());
}

TYPED_TEST(LogsTest, KeepTagsAndRetention) {
  ASSERT_TRUE(this->logs.create_group({.name = "group", .created = at(0), .tags = {{"a", "b"}}}));
  ASSERT_TRUE(this->logs.set_retention("group", 30));
  ASSERT_TRUE(this->logs.change_tags("group", {.added = {{"c", "d"}, {"e", "f"}}}));
  ASSERT_TRUE(this->logs.change_tags("group", {.removed = {"a", "e", "missing"}}));
  const LogGroup group = this->logs.get_group("group").value();
  EXPECT_EQ(group.retention_days, 30);
  EXPECT_THAT(group.tags, ElementsAre(testing::Pair("c", "d")));
}

TYPED_TEST(LogsTest, RefuseMoreTagsThanAreWanted) {
  ASSERT_TRUE(this->logs.create_group({.name = "group", .tags = {{"a", "b"}}}));
  const TagChange change{.added = {{"c", "d"}}, .most = 1};
  EXPECT_EQ(this->logs.change_tags("group", change).error(), LogProblem::kTooManyTags);
  EXPECT_THAT(this->logs.get_group("group")->tags, ElementsAre(testing::Pair("a", "b")));
}

// Records in which something else happens just before a commit.
class InterruptedRecords final : public store::Records {
 public:
  std::optional<store::Record> find(std::string_view collection,
                                    std::string_view key) const override {
    return records_.find(collection, key);
  }
  std::vector<store::Record> scan(std::string_view collection,
                                  const store::ScanRange& range) const override {
    return records_.scan(collection, range);
  }
  void submit(store::Changes changes, Done done) override {
    if (auto interruption = std::exchange(interrupt_with, nullptr)) interruption();
    records_.submit(std::move(changes), std::move(done));
  }

  std::function<void()> interrupt_with;

 private:
  store::MemoryRecords records_;
};

TEST(LogsAtOnce, LeaveNoStreamBehindThatComesWhileItsGroupGoes) {
  InterruptedRecords records;
  base::ManualClock clock;
  Logs logs(records, clock);
  ASSERT_TRUE(logs.create_group({.name = "group"}));
  records.interrupt_with = [&] { ASSERT_TRUE(logs.create_stream("group", "late")); };
  ASSERT_TRUE(logs.remove_group("group"));
  EXPECT_THAT(records.scan("log-streams", {}), IsEmpty());
}

TEST(LogsAtOnce, MakeTheGroupAnewThatGoesWhileTheServerWrites) {
  InterruptedRecords records;
  base::ManualClock clock;
  Logs logs(records, clock);
  ASSERT_TRUE(logs.create_group({.name = "group"}));
  records.interrupt_with = [&] { ASSERT_TRUE(logs.remove_group("group")); };
  ASSERT_TRUE(logs.append("group", "a", std::vector<LogLine>{{at(1), "woof"}}));
  EXPECT_TRUE(logs.get_group("group"));
}

TEST(LogsAtOnce, LoseNoTagOfTwoThatCome) {
  InterruptedRecords records;
  base::ManualClock clock;
  Logs logs(records, clock);
  ASSERT_TRUE(logs.create_group({.name = "group"}));
  records.interrupt_with = [&] { ASSERT_TRUE(logs.change_tags("group", {.added = {{"a", "b"}}})); };
  ASSERT_TRUE(logs.change_tags("group", {.added = {{"c", "d"}}}));
  EXPECT_THAT(logs.get_group("group")->tags, SizeIs(2));
}

}  // namespace
}  // namespace kennel::observe
