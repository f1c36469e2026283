// What a job leaves behind: its outputs, or why there are none.
#include <fmt/format.h>

#include "base/utf8.h"
#include "jobs/contract.h"
#include "jobs/job_run.h"

namespace kennel::jobs {
std::string JobRun::failure_of(int instance) const {
  const compute::Exit& exit = instances_->exit_of(instance);
  const std::string who =
      job_.instance_count > 1 ? fmt::format("{}: ", host_name(instance)) : std::string();
  if (exit.over_disk) {
    return fmt::format(
        "AlgorithmError: {}No space left on device: the instance wrote more than "
        "its {} GB; ask for more by ResourceConfig.VolumeSizeInGB",
        who, job_.volume_gib);
  }
  if (exit.out_of_memory) {
    return fmt::format(
        "AlgorithmError: {}Please use an instance type with more memory, or reduce "
        "the size of training data processed on an instance. It was out of its {} "
        "MiB of memory, exit code: {}",
        who, share_.memory_bytes >> 20U, exit.code);
  }
  const auto written =
      read_foreign({instance_folder(instance) / "ml", "output"}, "failure", kFailureBytesMax);
  std::string said = written && !written->empty() ? *written : log_->last_line(instance);
  said.erase(said.find_last_not_of(" \t\r\n") + 1);
  const std::string begin = "AlgorithmError: " + who;
  const std::string end = fmt::format(", exit code: {}", exit.code);
  const std::size_t room = kFailureBytesMax - begin.size() - end.size();
  return begin + std::string(base::cut_text(said, room)) + end;
}

base::Result<void> JobRun::put_outputs(bool with_model) {
  const auto put = [&](const char* name, const std::vector<FoundFile>& files) {
    S3Uri to = output_folder(job_);
    to.key.append("/").append(name);
    if (job_.output_packed) {
      to.key += ".tar.gz";
      return uploader_.put_archive(to, files, now());
    }
    base::Result<void> outcome;
    for (const FoundFile& file : files) {
      outcome = uploader_.put_file({to.bucket, to.key + "/" + file.name}, file, now());
      if (!outcome) break;
    }
    return outcome;
  };
  const auto failed = [](base::Error error) {
    return base::fail(error.kind, "ClientError: Artifact upload failed:" + error.message);
  };
  const auto outputs = find_files(folders_of("output"));
  if (!outputs.empty()) {
    if (auto done = put("output", outputs); !done) return failed(std::move(done).error());
  }
  if (!with_model) return {};
  const auto models = find_files(folders_of("model"));
  // A job that was stopped before it had a model has none; one that ended well has what it left.
  if (models.empty() && stopped_) return {};
  if (auto done = put("model", models); !done) return failed(std::move(done).error());
  return {};
}

}  // namespace kennel::jobs
