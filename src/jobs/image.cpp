#include "jobs/image.h"

#include <fmt/format.h>

namespace kennel::jobs {
namespace {

// "123.dkr.ecr.us-east-1.amazonaws.com/kennel/process:1@sha256:..." -> "kennel/process", and what
// stands before it where it is a registry.
std::string_view repository_of(std::string_view name) {
  name = name.substr(0, name.find('@'));
  const std::size_t last_slash = name.rfind('/');
  const std::size_t colon = name.rfind(':');
  const bool has_tag = colon != std::string_view::npos &&
                       (last_slash == std::string_view::npos || colon > last_slash);
  if (has_tag) name = name.substr(0, colon);
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  const bool is_registry =
      slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  return is_registry ? name.substr(slash + 1) : name;
}

}  // namespace

Image recognize_image(std::string_view name) {
  const std::string_view repository = repository_of(name);
  if (repository == "kennel/image-classifier" || repository == "image-classification") {
    return Image::kClassifier;
  }
  return repository == "kennel/process" ? Image::kProcess : Image::kOther;
}

base::Result<std::vector<std::string>> command_of(const TrainingJob& job,
                                                  const std::vector<std::string>& classifier) {
  switch (recognize_image(job.image)) {
    case Image::kClassifier:
      return classifier;
    case Image::kProcess: {
      std::vector<std::string> command = job.entrypoint;
      command.insert(command.end(), job.arguments.begin(), job.arguments.end());
      if (!command.empty()) return command;
      return base::fail(base::ErrorKind::kInvalid,
                        "ClientError: the image kennel/process runs the job's own program: name it "
                        "in AlgorithmSpecification.ContainerEntrypoint");
    }
    default:
      return base::fail(
          base::ErrorKind::kInvalid,
          fmt::format("ClientError: the image \"{}\" cannot run here: this version runs "
                      "kennel/image-classifier, SageMaker's image-classification and "
                      "kennel/process; containers and Python script mode are not available",
                      job.image));
  }
}

}  // namespace kennel::jobs
