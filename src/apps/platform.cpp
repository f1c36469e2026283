#include "apps/platform.h"

#include <fmt/format.h>

#include <cstdio>

#include "access/credentials.h"
#include "apps/environment.h"
#include "apps/housekeeper.h"
#include "apps/job_runner.h"
#include "http/certificate.h"
#include "http/server.h"
#include "jobs/runner.h"
#include "services/iam/iam.h"
#include "services/logs/logs.h"
#include "services/s3/s3.h"
#include "services/sagemaker/sagemaker.h"
#include "services/sts/sts.h"
#include "store/sqlite_records.h"
#include "wire/front_door.h"

namespace kennel::apps {
namespace {

using base::Result;

constexpr std::size_t kTrimmedTogether = 500;
constexpr int kTrimStepsMax = 400;
// Most of them wait for the disk, which takes what several wait for in one go.
constexpr int kPoolThreads = 16;

// Everything that a request may touch; the order is the order of making.
struct Foundation {
  std::unique_ptr<store::SqliteRecords> records;
  access::MasterKey master_key{};
  access::AccessKey administrator;
};

std::optional<access::AccessKey> given_key() {
  const auto id = environment_variable("KENNEL_ROOT_ACCESS_KEY_ID");
  if (!id) return std::nullopt;
  return access::AccessKey{*id, environment_variable("KENNEL_ROOT_SECRET_ACCESS_KEY").value_or("")};
}

Result<Foundation> lay_foundation(base::Disk& disk, const ServerFolder& folder) {
  Foundation foundation;
  KENNEL_TRY(foundation.records, store::SqliteRecords::open(folder.records()));
  KENNEL_TRY(foundation.master_key, access::open_master_key(disk, folder.master_key()));
  KENNEL_TRY(foundation.administrator,
             access::open_administrator_key(disk, folder.administrator(), given_key()));
  return foundation;
}

// Where standard error cannot be written there is nobody left to tell.
void report_failure(const std::string& line) {
  const std::string text = fmt::format("kennel: {}\n", line);
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

wire::FrontDoorOptions front_door_options(const PlatformOptions& options) {
  wire::FrontDoorOptions door{.account = options.account, .data_events = options.data_events};
  door.hosts.insert(door.hosts.end(), options.domains.begin(), options.domains.end());
  return door;
}

// Credentials want the administrator's role to be there.
const access::Directory& with_administrator(access::Directory& directory,
                                            const base::Clock& clock) {
  access::ensure_administrator_role(directory, clock.calendar_now());
  return directory;
}

class RunningPlatform final : public Platform {
 public:
  RunningPlatform(const PlatformOptions& options, base::Disk& disk, Foundation foundation,
                  std::unique_ptr<observe::AccessLog> access_log)
      : records_(std::move(foundation.records)),
        blobs_(*records_, disk, options.folder.root),
        housekeeper_({*records_, blobs_, buckets_, objects_, uploads_, logs_}, &report_failure),
        directory_(*records_, options.account),
        credentials_(with_administrator(directory_, clock_), foundation.master_key,
                     std::move(foundation.administrator)),
        audit_(*records_, clock_),
        access_log_(std::move(access_log)),
        launcher_(open_launcher(options)),
        runner_({.clock = clock_,
                 .disk = disk,
                 .records = *records_,
                 .blobs = blobs_,
                 .buckets = buckets_,
                 .objects = objects_,
                 .directory = directory_,
                 .credentials = credentials_,
                 .logs = logs_,
                 .jobs = jobs_,
                 .launcher = *launcher_,
                 .report_failure = &report_failure},
                runner_options(options)),
        sts_(directory_, credentials_),
        iam_(directory_),
        s3_({.runtime = *runtime_,
             .records = *records_,
             .blobs = blobs_,
             .buckets = buckets_,
             .objects = objects_,
             .uploads = uploads_,
             .account = options.account}),
        logs_service_(logs_, options.account),
        sagemaker_({.jobs = jobs_,
                    .directory = directory_,
                    .account = options.account,
                    .wake = [this] { runner_.wake(); }}),
        front_door_(
            {.runtime = *runtime_,
             .clock = clock_,
             .credentials = credentials_,
             .authorize = &access::allow_every_caller,
             .audit = audit_,
             .metrics = metrics_,
             .access_log = access_log_.get(),
             .report_failure = &report_failure},
            front_door_options(options),
            {sts_.bind(), iam_.bind(), s3_.bind(), logs_service_.bind(), sagemaker_.bind()}) {}

  ~RunningPlatform() override {
    if (server_) server_->drain(std::chrono::milliseconds(0));
    server_.reset();
    housekeeper_.stop();
    runner_.stop();
    // The loop and the pool may still hold work that refers to the rest.
    runtime_.reset();
  }

  [[nodiscard]] Result<void> listen(const http::ServerOptions& options) {
    KENNEL_TRY(server_, http::Server::listen(*runtime_, options, front_door_));
    runner_.start(job_endpoint(address(), options.plain));
    return {};
  }

  [[nodiscard]] ListenAddress address() const override {
    return {server_->address(), server_->port()};
  }

  void tidy() override {
    metrics_.connections().set(static_cast<std::int64_t>(server_->connections()));
    housekeeper_.wake();
    try {
      trim_audit();
    } catch (const std::exception& error) {
      // A full disk: the next time may be better, and the server goes on meanwhile.
      report_failure(fmt::format("the audit trail could not be trimmed: {}", error.what()));
    }
  }

  void drain(int seconds) override { server_->drain(std::chrono::seconds(seconds)); }

 private:
  // As much as thousands of requests a second add meanwhile; the rest has time until the next time.
  void trim_audit() {
    for (int step = 0; step < kTrimStepsMax; ++step) {
      const auto trimmed = audit_.trim(kTrimmedTogether);
      if (!trimmed) report_failure(trimmed.error().message);
      if (!trimmed || *trimmed < kTrimmedTogether) return;
    }
  }

  base::SystemClock clock_;
  std::unique_ptr<store::SqliteRecords> records_;
  store::Blobs blobs_;
  objects::Buckets buckets_{*records_};
  objects::Objects objects_{*records_, blobs_, buckets_};
  objects::Uploads uploads_{*records_, blobs_, buckets_, objects_};
  observe::Logs logs_{*records_, clock_};
  jobs::TrainingJobs jobs_{*records_};
  Housekeeper housekeeper_;
  access::Directory directory_;
  access::Credentials credentials_;
  observe::AuditTrail audit_;
  observe::Metrics metrics_;
  std::unique_ptr<observe::AccessLog> access_log_;
  std::unique_ptr<compute::Launcher> launcher_;
  jobs::Runner runner_;
  services::sts::Sts sts_;
  services::iam::Iam iam_;
  std::unique_ptr<aio::Runtime> runtime_ =
      std::make_unique<aio::Runtime>(aio::RuntimeOptions{.pool_threads = kPoolThreads});
  services::s3::S3 s3_;
  services::logs::Logs logs_service_;
  services::sagemaker::SageMaker sagemaker_;
  wire::FrontDoor front_door_;
  std::unique_ptr<http::Server> server_;
};

Result<std::unique_ptr<observe::AccessLog>> open_access_log(const PlatformOptions& options) {
  if (options.quiet) return nullptr;
  observe::AccessLogOptions log;
  log.format = options.json_logs ? observe::LogFormat::kJson : observe::LogFormat::kText;
  return observe::AccessLog::open(log);
}

}  // namespace

Result<std::unique_ptr<Platform>> Platform::start(base::Disk& disk, PlatformOptions options) {
  KENNEL_TRY(Foundation foundation, lay_foundation(disk, options.folder));
  KENNEL_TRY(auto access_log, open_access_log(options));
  disk.make_folders(options.folder.tls());
  std::vector<std::string> names;
  const bool anywhere = options.listen.address == "0.0.0.0" || options.listen.address == "::";
  if (!anywhere) names.push_back(options.listen.address);
  http::ServerOptions server;
  server.address = options.listen.address;
  server.port = options.listen.port;
  server.plain = !options.tls_only;
  KENNEL_TRY(server.tls, http::make_certificate(disk, options.folder.tls(), names));
  auto platform = std::make_unique<RunningPlatform>(options, disk, std::move(foundation),
                                                    std::move(access_log));
  KENNEL_TRY_VOID(platform->listen(server));
  return platform;
}

}  // namespace kennel::apps
