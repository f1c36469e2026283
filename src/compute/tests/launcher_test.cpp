// What every launcher does.
#include "compute/launcher.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "compute/tests/launched.h"

namespace kennel::compute {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class Kind>
class LauncherTest : public testing::Test, public Launched<Kind> {
 public:
  ~LauncherTest() override {
    if (this->launcher) this->launcher->clean_up();
  }
};
using Kinds = testing::Types<Sandboxed, Plain>;
TYPED_TEST_SUITE(LauncherTest, Kinds);

// Whether a process on this machine has a word of its own in its command line.
bool somebody_says(const std::string& word) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string words{std::istreambuf_iterator<char>(file), {}};
    if (words.find(word) != std::string::npos) return true;
  }
  return false;
}

void wait_until_nobody_says(const std::string& word) {
  while (somebody_says(word)) ::usleep(1000);
}

TYPED_TEST(LauncherTest, TellsWhatAProgramSaysAndHowItEnds) {
  const Ended ended = this->run(this->shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(ended.said, "out\nerr\n");
  EXPECT_EQ(ended.exit.code, 7);
  EXPECT_FALSE(ended.exit.out_of_memory);
  EXPECT_FALSE(ended.exit.over_disk);
}

TYPED_TEST(LauncherTest, TellsTheSignalThatEndedAProgram) {
  EXPECT_EQ(this->run(this->shell("kill -SEGV $$")).exit.code, 128 + SIGSEGV);
}

TYPED_TEST(LauncherTest, SaysWhichProgramCannotBeRun) {
  const Ended ended = this->run(this->spec({"no-such-program"}));
  EXPECT_NE(ended.exit.code, 0);
  EXPECT_THAT(ended.said, HasSubstr("no-such-program"));
  EXPECT_THAT(ended.said, HasSubstr("No such file"));
}

TYPED_TEST(LauncherTest, LaunchesFromSeveralThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      const std::string host = fmt::format("algo-{}", thread + 1);
      const Ended ended = this->run(this->shell("echo " + host, host));
      EXPECT_EQ(ended.said, host + "\n");
      EXPECT_EQ(ended.exit.code, 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TYPED_TEST(LauncherTest, PassesTheEnvironmentAndNothingElse) {
  ::setenv("KENNEL_SECRET_OF_THE_SERVER", "hush", 1);
  InstanceSpec spec = this->spec({"env"});
  spec.environment["COLOUR"] = "two words";
  const Ended ended = this->run(spec);
  EXPECT_THAT(ended.said, HasSubstr("COLOUR=two words\n"));
  EXPECT_THAT(ended.said, Not(HasSubstr("KENNEL_SECRET")));
}

TYPED_TEST(LauncherTest, LeavesNoDescriptorOpen) {
  const int leaked = ::open("/etc/hostname", O_RDONLY);
  ASSERT_GT(::fcntl(leaked, F_DUPFD, 100), 99);
  const Ended ended = this->run(this->shell("ls /proc/self/fd | wc -l"));
  // Three, and the one that lists them.
  EXPECT_EQ(std::stoi(ended.said), 4);
}

TYPED_TEST(LauncherTest, BlocksNoSignal) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &signals, nullptr), 0);
  const Ended ended = this->run(this->shell("awk '/SigBlk|SigIgn/ {print $2}' /proc/self/status"));
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  const auto [blocked, ignored] = std::pair(ended.said.substr(0, 16), ended.said.substr(17));
  EXPECT_EQ(blocked, "0000000000000000");
  // But for the two that the C library keeps for itself, and TSan in kennel-sandbox uses.
  constexpr std::uint64_t kOwn = 0x1'8000'0000;
  EXPECT_EQ(std::stoull(ignored, nullptr, 16) & ~kOwn, 0U);
}

TYPED_TEST(LauncherTest, AsksAProgramToEnd) {
  const auto instance = this->launch(
      this->shell("trap 'echo bye; exit 3' TERM; echo here; while :; do sleep 0.05; done"));
  read_until(*instance, "here");
  instance->terminate();
  EXPECT_EQ(read_until(*instance, ""), "bye\n");
  EXPECT_EQ(wait_for(*instance).code, 3);
}

TYPED_TEST(LauncherTest, EndsAProgramThatDoesNotCatchItsSignal) {
  const auto instance = this->launch(this->spec({"sh", "-c", "echo here; exec sleep 600"}));
  read_until(*instance, "here");
  instance->terminate();
  EXPECT_EQ(wait_for(*instance).code, 128 + SIGTERM);
}

TYPED_TEST(LauncherTest, EndsAProgramThatIsAskedBeforeItBegan) {
  for (int i = 0; i < 20; ++i) {
    const auto instance = this->launch(this->spec({"sleep", "600"}));
    instance->terminate();
    EXPECT_EQ(wait_for(*instance).code, 128 + SIGTERM);
  }
}

TYPED_TEST(LauncherTest, KillsWhatAProgramLeftInItsGroup) {
  const std::string word = fmt::format("group-{}", this->scratch.path().filename().string());
  const auto instance = this->launch(
      this->shell(fmt::format("sh -c 'while :; do sleep 1; done; : {}' & exit 4", word)));
  EXPECT_EQ(wait_for(*instance).code, 4);
  wait_until_nobody_says(word);
}

TYPED_TEST(LauncherTest, KillsWhatWillNotEndAndWhatFledFromIt) {
  const std::string word = fmt::format("fled-{}", this->scratch.path().filename().string());
  const auto instance = this->launch(this->shell(fmt::format(
      "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo fled; while :; do sleep 1; done; : {}' & "
      "wait; sleep 600",
      word)));
  read_until(*instance, "fled");
  EXPECT_TRUE(somebody_says(word));
  instance->terminate();
  instance->kill();
  EXPECT_EQ(wait_for(*instance).code, 128 + SIGKILL);
  wait_until_nobody_says(word);
}

TYPED_TEST(LauncherTest, KeepsWhatAProgramSendsToItsGroupAmongItsOwn) {
  const Ended ended = this->run(this->shell("trap : USR1; kill -USR1 0; echo on"));
  EXPECT_EQ(ended.said, "on\n");
  EXPECT_EQ(ended.exit.code, 0);
}

TYPED_TEST(LauncherTest, LeavesNothingBehindWhenAnInstanceGoes) {
  const std::string word = fmt::format("left-{}", this->scratch.path().filename().string());
  auto instance =
      this->launch(this->shell(fmt::format("echo here; while :; do sleep 1; done; : {}", word)));
  read_until(*instance, "here");
  instance.reset();
  wait_until_nobody_says(word);
}

TYPED_TEST(LauncherTest, LetsTheContractsFoldersBeWritten) {
  const InstanceSpec spec =
      this->shell("echo weights > ${SAGEMAKER_BASE_DIR:-/opt/ml}/model/model.pth");
  EXPECT_EQ(this->run(spec).exit.code, 0);
  std::ifstream file(spec.folder / "ml/model/model.pth");
  std::string text;
  file >> text;
  EXPECT_EQ(text, "weights");
}

TYPED_TEST(LauncherTest, HoldsBackAForkBomb) {
  InstanceSpec spec = this->shell(
      "i=0; while [ $i -lt 200 ]; do sleep 30 & i=$((i+1)); done 2>/dev/null; echo all");
  spec.limits.processes_max = 40;
  const auto instance = this->launch(spec);
  EXPECT_NE(wait_for(*instance).code, 0);
  instance->kill();
  EXPECT_THAT(read_until(*instance, ""), Not(HasSubstr("all")));
}

TYPED_TEST(LauncherTest, SaysWhenMemoryWasOut) {
  InstanceSpec spec = this->spec({"/usr/bin/python3", "-c", "x = bytearray(400 << 20); print(1)"});
  spec.limits.memory_bytes = 100 << 20;
  const Ended ended = this->run(spec);
  EXPECT_EQ(ended.exit.code, 128 + SIGKILL);
  EXPECT_TRUE(ended.exit.out_of_memory);
}

TYPED_TEST(LauncherTest, SaysWhenTheDiskWasFull) {
  InstanceSpec spec = this->shell(
      "cd ${SAGEMAKER_BASE_DIR:-/opt/ml}/model; i=0; while :; do head -c 4000000 /dev/zero > f$i; "
      "i=$((i+1)); sleep 0.01; done");
  spec.limits.disk_bytes = 40 << 20;
  const auto instance = this->launch(spec);
  const Exit exit = wait_for(*instance);
  EXPECT_TRUE(exit.over_disk);
  EXPECT_NE(exit.code, 0);
}

TYPED_TEST(LauncherTest, LetsNoFileGrowBeyondTheDisk) {
  InstanceSpec spec = this->shell(
      "cd ${SAGEMAKER_BASE_DIR:-/opt/ml}/model; exec head -c 100000000 /dev/zero > one");
  spec.limits.disk_bytes = 10 << 20;
  EXPECT_NE(this->run(spec).exit.code, 0);
  EXPECT_LE(std::filesystem::file_size(spec.folder / "ml/model/one"), 10 << 20);
}

TYPED_TEST(LauncherTest, LeavesNothingBehindWhenItsProcessIsKilled) {
  const std::string word = fmt::format("orphan-{}", this->scratch.path().filename().string());
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t server = ::fork();
  ASSERT_GE(server, 0);
  if (server == 0) {
    const auto instance = this->launch(this->shell(
        fmt::format("echo here; setsid sh -c 'while :; do sleep 1; done; : {}'", word)));
    read_until(*instance, "here");
    (void)!::write(ends[1], "!", 1);
    for (;;) ::pause();
  }
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  ASSERT_EQ(::kill(server, SIGKILL), 0);
  ASSERT_EQ(::waitpid(server, nullptr, 0), server);
  wait_until_nobody_says(word);
  ::close(ends[0]);
  ::close(ends[1]);
}

TYPED_TEST(LauncherTest, LeavesNoControlGroupWhenItGoes) {
  (void)this->run(this->shell("exit 0"));
  this->launcher.reset();
  const std::string name = "kennel-test-" + std::to_string(::getpid());
  for (const char* place : {"", "memory", "pids", "cpu"}) {
    EXPECT_FALSE(std::filesystem::exists(base::Path("/sys/fs/cgroup") / place / name)) << place;
  }
}

TYPED_TEST(LauncherTest, CleansUpWhatAnEarlierProcessLeft) {
  const std::string word = fmt::format("stray-{}", this->scratch.path().filename().string());
  const auto instance =
      this->launch(this->shell(fmt::format("echo here; while :; do sleep 1; done; : {}", word)));
  read_until(*instance, "here");
  this->launcher->clean_up();
  wait_until_nobody_says(word);
  EXPECT_NE(wait_for(*instance).code, 0);
}

}  // namespace
}  // namespace kennel::compute
