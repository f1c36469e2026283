#include "jobs/job_run.h"

#include <fmt/format.h>

#include <stdexcept>
#include <thread>

#include "base/secure_random.h"
#include "base/utf8.h"
#include "catalogue/instance_types.h"
#include "features/adopt.h"
#include "jobs/contract.h"
#include "jobs/image.h"

namespace kennel::jobs {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kStepMs = 20;
constexpr milliseconds kFlushEvery{200};
constexpr seconds kSyncEvery{5};
constexpr seconds kGraceWhenStopped{120};  // as SageMaker has it
constexpr seconds kGraceWhenAnotherFailed{10};
constexpr std::size_t kTokenBytes = 16;
constexpr const char* kStoppedMessage = "Training job stopped";

tl::unexpected<base::Error> interrupted() { return base::fail(ErrorKind::kInterrupted, "stopped"); }

}  // namespace

JobRun::JobRun(const RunnerParts& parts, const RunnerOptions& options, Place place, TrainingJob job)
    : parts_(parts),
      options_(options),
      place_(std::move(place)),
      job_(std::move(job)),
      share_(share_of(options.machine, job_.instance_type, job_.instance_count)),
      token_(base::to_hex(base::secure_bytes(kTokenBytes))),
      uploader_(parts.blobs, parts.objects) {
  if (job_.checkpoints) checkpoints_.emplace(uploader_, job_.checkpoints->remote);
}

base::Path JobRun::instance_folder(int instance) const { return folder() / host_name(instance); }

std::vector<JobFolder> JobRun::folders_of(const std::string& below) const {
  std::vector<JobFolder> folders;
  for (int instance = 0; instance < job_.instance_count; ++instance) {
    folders.push_back({instance_folder(instance) / "ml", below});
  }
  return folders;
}

base::Result<void> JobRun::enter(Stage stage, const std::string& message) {
  bool entered = false;
  KENNEL_TRY(job_, parts_.jobs.update(job_.name, [&](TrainingJob& job) {
    entered = job.status() == JobStatus::kInProgress;
    // What the log told is kept from here on, whatever becomes of this process.
    if (entered && log_) job.metrics = log_->metrics().last_values();
    if (entered) advance(job, stage, message, now());
    return entered;
  }));
  if (!entered) return interrupted();
  return {};
}

void JobRun::run() {
  base::Result<void> outcome;
  try {
    outcome = live();
  } catch (const std::exception& error) {
    parts_.report_failure(fmt::format("training job {}: {}", job_.name, error.what()));
    outcome = base::fail(
        ErrorKind::kCorrupt,
        fmt::format("InternalServerError: We encountered an internal error. Please try again. ({})",
                    error.what()));
  }
  instances_.reset();  // whatever still runs ends here
  while (!halted_) {
    try {
      conclude(outcome);
      parts_.disk.remove(folder());
      return;
    } catch (const std::exception& error) {
      // A full disk, say: the job is owed its end until there is room.
      parts_.report_failure(fmt::format("training job {}: {}", job_.name, error.what()));
      std::this_thread::sleep_for(seconds(1));
    }
  }
}

base::Result<void> JobRun::live() {
  if (job_.stage == Stage::kUploading) return put_outputs(true);
  KENNEL_TRY_VOID(prepare());
  KENNEL_TRY_VOID(download());
  KENNEL_TRY_VOID(train());
  return upload();
}

// The log is whole before the end is told: who waits for the end reads no further.
void JobRun::conclude(const base::Result<void>& outcome) {
  if (log_) log_->flush();
  if (outcome) return end(Stage::kCompleted, "Training job completed");
  if (outcome.error().kind != ErrorKind::kInterrupted) {
    return end(Stage::kFailed, "Training job failed",
               std::string(base::cut_text(outcome.error().message, kFailureBytesMax)));
  }
  const auto job = parts_.jobs.find(job_.name);
  const bool over_time = job && job->end_when_stopped == Stage::kMaxRuntimeExceeded;
  end(over_time ? Stage::kMaxRuntimeExceeded : Stage::kStopped,
      over_time ? "Training job runtime exceeded MaxRuntimeInSeconds provided" : kStoppedMessage);
}

void JobRun::end(Stage stage, const std::string& message, const std::string& failure) {
  const auto ended = parts_.jobs.update(job_.name, [&](TrainingJob& job) {
    if (!job.is_active()) return false;
    // Who asked to stop before the end was reached is told that it stopped.
    const bool stops = job.stage == Stage::kStopping && stage == Stage::kCompleted;
    job.failure_reason = failure;
    if (log_) job.metrics = log_->metrics().last_values();
    advance(job, stops ? job.end_when_stopped : stage, stops ? kStoppedMessage : message, now());
    return true;
  });
  // Too much waits for the disk, say: `run` tries again, or the job would be taken up once more.
  if (!ended && ended.error().kind != ErrorKind::kNotFound) {
    throw std::runtime_error(ended.error().message);
  }
}

base::Result<void> JobRun::prepare() {
  KENNEL_TRY(command_, command_of(job_, options_.classifier.command));
  const auto role = parts_.directory.find_role_by_arn(job_.role_arn);
  if (!role) {
    return base::fail(
        ErrorKind::kInvalid,
        fmt::format("ClientError: the role {} does not exist any more", job_.role_arn));
  }
  if (!parts_.buckets.find(job_.output.bucket)) {
    return base::fail(
        ErrorKind::kInvalid,
        fmt::format("ClientError: The bucket of S3OutputPath does not exist: s3://{}/{}. Create it "
                    "and try again.",
                    job_.output.bucket, job_.output.key));
  }
  if (job_.checkpoints && !parts_.buckets.find(job_.checkpoints->remote.bucket)) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("ClientError: The bucket of CheckpointConfig.S3Uri does not "
                                  "exist: {}",
                                  job_.checkpoints->remote.to_string()));
  }
  const access::Session session = parts_.credentials.start_session(
      *role, {.session_name = "SageMaker", .duration = job_.runtime_max + std::chrono::hours(1)},
      now());
  credentials_ = {{"AWS_ACCESS_KEY_ID", session.key.id},
                  {"AWS_SECRET_ACCESS_KEY", session.key.secret},
                  {"AWS_SESSION_TOKEN", session.token}};
  // What an earlier process left there.
  parts_.disk.remove(folder());
  if (job_.stage == Stage::kDownloading) return {};
  return enter(Stage::kStarting, "Preparing the instances for training");
}

bool JobRun::has_shared_inputs() const {
  if (!parts_.launcher.shields_inputs()) return false;
  return std::ranges::none_of(job_.channels, [](const Channel& channel) {
    return channel.distribution == Distribution::kShardedByKey;
  });
}

base::Result<void> JobRun::download() {
  KENNEL_TRY_VOID(enter(Stage::kDownloading, "Downloading input data"));
  log_ = std::make_unique<JobLog>(parts_.logs, parts_.jobs, job_, now());
  log_->open();
  const Inputs inputs(input_parts(), options_.region);
  for (const Channel& channel : job_.channels) {
    KENNEL_TRY(auto files, inputs.find(job_, channel));
    if (const auto warning = warning_of(job_, channel, files)) {
      log_->note("warning: " + *warning, now());
    }
    files_.emplace(channel.name, std::move(files));
  }
  for (int instance = 0; instance < job_.instance_count; ++instance) {
    const bool shields = parts_.launcher.shields_inputs();
    const base::Path data = shields ? folder() / "inputs" / host_name(instance)
                                    : instance_folder(instance) / "ml" / "input" / "data";
    // Of a shared view the digests are the same for all.
    if (instance == 0 || !has_shared_inputs()) {
      KENNEL_TRY_VOID(place_channels(data, instance));
    }
    const bool classifies = recognize_image(job_.image) == Image::kClassifier;
    const base::Path ml = instance_folder(instance) / "ml";
    write_contract(parts_.disk, ml, job_, instance, classifies ? &digests_ : nullptr);
    if (checkpoints_) {
      KENNEL_TRY_VOID(checkpoints_->fetch(input_parts(),
                                          {ml, below_ml(job_.checkpoints->local_path)},
                                          [this] { return is_interrupted(); }));
    }
  }
  return {};
}

base::Result<void> JobRun::place_channels(const base::Path& data, int instance) {
  const Inputs inputs(input_parts(), options_.region);
  const std::function<bool()> stopped = [this] { return is_interrupted(); };
  for (const Channel& channel : job_.channels) {
    const bool sharded = channel.distribution == Distribution::kShardedByKey;
    const std::vector<InputFile>& all = files_.at(channel.name);
    KENNEL_TRY(digests_[channel.name],
               inputs.place(sharded ? shard_of(all, instance, job_.instance_count) : all,
                            data / channel.name,
                            {.links = parts_.launcher.shields_inputs(), .stopped = stopped}));
  }
  return {};
}

base::Result<void> JobRun::train() {
  if (is_interrupted()) return interrupted();
  KENNEL_TRY_VOID(
      enter(Stage::kTraining, "Training image download completed. Training in progress."));
  const auto type = catalogue::find_instance_type(job_.instance_type);
  if (type && type->gpus > 0) {
    log_->note(fmt::format("{} has a GPU elsewhere; here the job runs on the CPU", type->name),
               now());
  }
  began_ = parts_.clock.now();
  next_sync_ = began_ + kSyncEvery;
  KENNEL_TRY_VOID(launch_all());
  supervise();
  if (halted_) return interrupted();
  adopt_features();
  sync_checkpoints(false);
  for (const std::string& complaint : log_->metrics().complaints()) {
    log_->note("warning: " + complaint, now());
  }
  return check_ends();
}

void JobRun::supervise() {
  while (!instances_->have_ended() && !halted_) {
    instances_->step(kStepMs);
    enforce_limits();
    const auto moment = parts_.clock.now();
    if (moment >= next_flush_ || log_->is_large()) {
      log_->flush();
      next_flush_ = moment + kFlushEvery;
    }
    if (moment >= next_sync_) {
      sync_checkpoints(true);
      next_sync_ = moment + kSyncEvery;
    }
  }
}

void JobRun::enforce_limits() {
  if (instances_->is_ending()) return;
  if (instances_->failed()) return instances_->end(kGraceWhenAnotherFailed);
  if (stopped_) return instances_->end(kGraceWhenStopped);
  if (parts_.clock.now() - began_ < job_.runtime_max) return;
  (void)parts_.jobs.update(job_.name, [&](TrainingJob& job) {
    if (job.status() != JobStatus::kInProgress) return false;
    job.end_when_stopped = Stage::kMaxRuntimeExceeded;
    advance(job, Stage::kStopping, "Stopping the training job: MaxRuntimeInSeconds is over", now());
    return true;
  });
  stopped_ = true;
  instances_->end(kGraceWhenStopped);
}

void JobRun::sync_checkpoints(bool settled_only) {
  if (!checkpoints_) return;
  const auto pushed =
      checkpoints_->push(folders_of(below_ml(job_.checkpoints->local_path)), settled_only, now());
  if (!pushed) log_->note("checkpoints are not saved: " + pushed.error().message, now());
}

// What the instances computed, for all later jobs: once it has been looked at.
void JobRun::adopt_features() {
  const Classifier& classifier = options_.classifier;
  const bool keeps =
      recognize_image(job_.image) == Image::kClassifier && parts_.launcher.shields_inputs();
  for (int instance = 0; keeps && instance < instances_->count(); ++instance) {
    const base::Path from = instances_->at(instance).upper(classifier.shown_cache);
    const auto adopted = features::adopt_segments(parts_.disk, from, classifier.feature_cache);
    for (const std::string& refused : adopted.refused) {
      log_->note("not taken into the feature cache: " + refused, now());
    }
  }
}

base::Result<void> JobRun::check_ends() {
  const auto failed = instances_->failed();
  if (failed) {
    const std::string reason = failure_of(*failed);
    (void)put_outputs(false);
    return base::fail(ErrorKind::kInvalid, reason);
  }
  if (!stopped_) return {};
  // Who stops wants what there is by now.
  auto put = put_outputs(true);
  if (!put && put.error().kind != ErrorKind::kInterrupted) return put;
  return interrupted();
}

base::Result<void> JobRun::upload() {
  KENNEL_TRY_VOID(enter(Stage::kUploading, "Uploading generated training model"));
  return put_outputs(true);
}

}  // namespace kennel::jobs
