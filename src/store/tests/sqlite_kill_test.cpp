// What was acknowledged is there after kill -9, and no commit is there in part.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>

#include "base/random.h"
#include "base/tests/scratch_folder.h"
#include "store/sqlite_records.h"

namespace kennel::store {
namespace {

constexpr int kRounds = 20;
constexpr int kWriters = 3;
constexpr std::uint64_t kSeed = 1;

struct Acknowledgement {
  int round;
  int writer;
  int number;

  [[nodiscard]] std::string key() const {
    return std::to_string(round) + "/" + std::to_string(writer) + "/" + std::to_string(number);
  }
};

// Commits and tells of it until it is killed, or nobody reads any more. A write this small to a
// pipe is whole or not there.
[[noreturn]] void commit_until_killed(const base::Path& file, int round, int pipe) {
  const auto records = SqliteRecords::open(file, {.checkpoint_pages = 50}).value();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int number = 0;; ++number) {
        const Acknowledgement done{round, writer, number};
        const std::string key = done.key();
        if (!records->commit({{"things", key, std::string(700, 'x'), 0}, {"index", key, "", 0}})) {
          std::abort();
        }
        if (::write(pipe, &done, sizeof done) != sizeof done) std::abort();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::abort();
}

// Reads `count` acknowledgements, fewer where there are no more.
void read_acknowledgements(int pipe, std::uint64_t count, std::set<std::string>& keys) {
  Acknowledgement done{};
  for (std::uint64_t read = 0; read < count; ++read) {
    if (::read(pipe, &done, sizeof done) != sizeof done) return;
    keys.insert(done.key());
  }
}

std::set<std::string> all_keys(const Records& records, const std::string& collection) {
  std::set<std::string> keys;
  for (const Record& record : records.scan(collection, {.limit = 1'000'000})) {
    keys.insert(record.key);
  }
  return keys;
}

TEST(SqliteRecordsKilled, KeepsWhatItAcknowledged) {
  const base::ScratchFolder folder;
  const base::Path file = folder.path() / "records.db";
  base::Random random(kSeed);
  std::set<std::string> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      commit_until_killed(file, round, ends[1]);
    }
    ::close(ends[1]);
    read_acknowledgements(ends[0], 1 + random.below(80), acknowledged);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
    read_acknowledgements(ends[0], UINT64_MAX, acknowledged);
    ::close(ends[0]);

    const auto records = SqliteRecords::open(file).value();
    const std::set<std::string> things = all_keys(*records, "things");
    EXPECT_TRUE(std::ranges::includes(things, acknowledged)) << "round " << round;
    EXPECT_EQ(things, all_keys(*records, "index")) << "round " << round;
  }
  EXPECT_GE(acknowledged.size(), static_cast<std::size_t>(kRounds));
}

}  // namespace
}  // namespace kennel::store
