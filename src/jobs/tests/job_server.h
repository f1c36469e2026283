// The training jobs of a server for tests: real processes and a real store of objects, without a
// network.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>

#include "base/clock.h"
#include "jobs/runner.h"
#include "objects/tests/object_store.h"

namespace kennel::jobs {

// Goes on by itself, and further when told to.
class MovableClock final : public base::Clock {
 public:
  void advance(std::chrono::nanoseconds by) { ahead_ns_ += by.count(); }
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::now() + ahead();
  }
  [[nodiscard]] TimePoint calendar_now() const override {
    return std::chrono::system_clock::now() + ahead();
  }

 private:
  [[nodiscard]] std::chrono::nanoseconds ahead() const {
    return std::chrono::nanoseconds(ahead_ns_.load());
  }
  std::atomic<std::int64_t> ahead_ns_{0};
};

// Looks again and again, until it holds or there is no more hope.
template <class Condition>
[[nodiscard]] bool eventually(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    (void)::poll(nullptr, 0, 1);
  }
  return true;
}

// Where a shell script waits until the test lets it go on: `read go < PATH`.
class Gate {
 public:
  explicit Gate(base::Path path) : path_(std::move(path)) {
    base::check(::mkfifo(path_.c_str(), 0600) == 0, "a gate can be made");
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);  // both ends: never waits for another
    base::check(descriptor_ >= 0, "a gate can be opened");
  }
  ~Gate() { ::close(descriptor_); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  [[nodiscard]] std::string wait() const { return fmt::format("read go < {}", path_.string()); }
  // One that waits, or the next that comes.
  void let_one_pass() const { EXPECT_EQ(::write(descriptor_, "\n", 1), 1); }

 private:
  base::Path path_;
  int descriptor_ = -1;
};

// Records in memory that refuse commits which end jobs as often as they are told to, as those on a
// disk do where too many wait.
class CrowdedRecords final : public store::Records {
 public:
  [[nodiscard]] std::optional<store::Record> find(std::string_view collection,
                                                  std::string_view key) const override {
    return inner_.find(collection, key);
  }
  [[nodiscard]] std::vector<store::Record> scan(std::string_view collection,
                                                const store::ScanRange& range) const override {
    return inner_.scan(collection, range);
  }
  void submit(store::Changes changes, Done done) override {
    const bool ends = std::ranges::any_of(changes, [](const store::Change& change) {
      return change.collection == "training-jobs-active" && !change.value;
    });
    if (ends && refusals-- > 0) {
      return done(nullptr, base::fail(base::ErrorKind::kThrottled, "too much waits"));
    }
    inner_.submit(std::move(changes), std::move(done));
  }

  std::atomic<int> refusals{0};

 private:
  store::MemoryRecords inner_;
};

// Blobs on the disk; records in memory, so that it costs no syncs.
struct OnScratch {
  base::ScratchFolder scratch;
  base::Path folder = scratch.path();
  base::PosixDisk disk;
  CrowdedRecords records;
};

inline std::string text_of(const base::Path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class JobServer {
 public:
  JobServer() {
    EXPECT_TRUE(directory.create_role({.name = "trainer", .path = "/", .id = "AROATRAINER"}));
  }

  // A job of one shell script. On ml.m5.large it takes half of the machine.
  [[nodiscard]] TrainingJob draft(const std::string& name, const std::string& script) const {
    const auto role = directory.find_role("trainer");
    return {.name = name,
            .arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/" + name,
            .role_arn = directory.arn_of(*role),
            .image = "kennel/process",
            .entrypoint = {"sh", "-c"},
            .arguments = {"cd $SAGEMAKER_BASE_DIR; " + script},
            .output = {"dogs", "runs/"},
            .instance_type = "ml.m5.large",
            .volume_gib = 1,
            .model_uri = fmt::format("s3://dogs/runs/{}/output/model.tar.gz", name)};
  }

  void submit(TrainingJob job) {
    begin(job, clock.calendar_now());
    ASSERT_TRUE(jobs.create(job));
    if (runner) runner->wake();
  }
  void submit(const std::string& name, const std::string& script) { submit(draft(name, script)); }

  // As an earlier process of the server may have left it.
  void leave(TrainingJob job, Stage stage) {
    begin(job, clock.calendar_now());
    for (const Stage next : {Stage::kDownloading, Stage::kTraining, Stage::kUploading}) {
      if (job.stage == stage || stage == Stage::kStopping) break;
      advance(job, next, "", clock.calendar_now());
    }
    if (stage == Stage::kStopping) advance(job, stage, "", clock.calendar_now());
    ASSERT_EQ(job.stage, stage);
    ASSERT_TRUE(jobs.create(job));
  }

  // As StopTrainingJob does.
  void stop(const std::string& name) {
    ASSERT_TRUE(jobs.update(name, [this](TrainingJob& job) {
      if (job.status() != JobStatus::kInProgress) return false;
      advance(job, Stage::kStopping, "Stopping the training job", clock.calendar_now());
      return true;
    }));
    runner->wake();
  }

  void start() {
    runner = std::make_unique<Runner>(
        RunnerParts{clock, *disk, store.place.records, store.blobs, store.buckets, store.objects,
                    directory, credentials, logs, jobs, *launcher, on_failure},
        options);
    runner->start("http://127.0.0.1:1");
  }
  // As the server's end does; another runner may take up what is left.
  void shut_down() { runner.reset(); }

  [[nodiscard]] TrainingJob find(const std::string& name) const { return *jobs.find(name); }

  [[nodiscard]] bool comes_to(const std::string& name, Stage stage) const {
    return eventually([&] { return find(name).stage == stage; });
  }
  // The job at its end.
  [[nodiscard]] TrainingJob await(const std::string& name) const {
    EXPECT_TRUE(eventually([&] { return !find(name).is_active(); })) << name << " has no end";
    return find(name);
  }

  [[nodiscard]] std::vector<std::string> log(const std::string& name, int instance = 0) const {
    const std::string prefix = fmt::format("{}/algo-{}-", name, instance + 1);
    std::vector<std::string> lines;
    for (const auto& stream : logs.list_streams(kLogGroup, prefix, {}).items) {
      for (const auto& event : logs.read(stream, {})) lines.push_back(event.message);
    }
    return lines;
  }
  [[nodiscard]] bool says(const std::string& name, const std::string& line) const {
    return eventually([&] {
      const auto lines = log(name);
      return std::ranges::find(lines, line) != lines.end();
    });
  }

  // Files of an archive in the store, unpacked into a folder of the test's.
  [[nodiscard]] base::Path unpack(const std::string& uri) {
    const base::Path folder = store.place.folder / "unpacked";
    std::filesystem::create_directories(folder);
    const auto packed = store.read(parse_s3_uri(uri)->key);
    if (!packed) {
      ADD_FAILURE() << uri << " is not there";
      return folder;
    }
    std::ofstream(folder / "packed") << *packed;
    const std::string into = folder.string();
    EXPECT_EQ(std::system(fmt::format("tar -xzf {0}/packed -C {0}", into).c_str()), 0);
    return folder;
  }

  [[nodiscard]] base::Path folder(const std::string& job) const { return options.folder / job; }
  // A file of the test's own, beside what the server has.
  [[nodiscard]] base::Path own(const std::string& name) const { return store.place.folder / name; }

  MovableClock clock;
  objects::ObjectStore<OnScratch> store;
  access::Directory directory{store.place.records, "123456789012"};
  access::Credentials credentials = open_credentials();
  observe::Logs logs{store.place.records, clock};
  TrainingJobs jobs{store.place.records};
  std::unique_ptr<compute::Launcher> launcher = compute::open_plain(
      {.program = KENNEL_SANDBOX, .server_name = fmt::format("test-{}", ::getpid())});
  RunnerOptions options{.folder = store.place.folder / "jobs",
                        .region = "us-east-1",
                        .machine = {.cores = 4, .memory_bytes = 64 * base::kGiB}};
  base::Disk* disk = &store.place.disk;  // that jobs have their folders on
  std::function<void(const std::string&)> on_failure = [](const std::string& failure) {
    ADD_FAILURE() << failure;
  };
  std::unique_ptr<Runner> runner;

 private:
  access::Credentials open_credentials() {
    access::ensure_administrator_role(directory, clock.calendar_now());
    return {directory, access::MasterKey{}, {"AKIAADMIN", "admin-secret"}};
  }
};

}  // namespace kennel::jobs
