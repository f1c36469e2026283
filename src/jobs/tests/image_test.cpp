#include "jobs/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Image, IsRecognizedWithoutRegistryTagAndDigest) {
  for (const char* name :
       {"kennel/image-classifier", "kennel/image-classifier:1", "localhost/kennel/image-classifier",
        "localhost:5000/kennel/image-classifier", "image-classification",
        "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1",
        "registry.example/kennel/image-classifier@sha256:0123"}) {
    EXPECT_EQ(recognize_image(name), Image::kClassifier) << name;
  }
  EXPECT_EQ(recognize_image("kennel/process:latest"), Image::kProcess);
}

TEST(Image, IsAnotherWhereOnlyAPartOfTheNameFits) {
  for (const char* name : {"", "my/image-classification", "kennel/image-classifier2",
                           "other/kennel/process", "pytorch-training:1.8-cpu-py3"}) {
    EXPECT_EQ(recognize_image(name), Image::kOther) << name;
  }
}

TEST(Command, IsTheClassifiersOrTheJobsOwn) {
  TrainingJob job{.image = "kennel/image-classifier", .entrypoint = {"ignored"}};
  EXPECT_THAT(command_of(job, {"kennel-train", "job"}).value(), ElementsAre("kennel-train", "job"));
  job = {.image = "kennel/process", .entrypoint = {"sh", "-c"}, .arguments = {"exit 0"}};
  EXPECT_THAT(command_of(job, {}).value(), ElementsAre("sh", "-c", "exit 0"));
}

TEST(Command, SaysWhatIsWrongWhereThereIsNone) {
  TrainingJob job{.image = "kennel/process"};
  EXPECT_THAT(command_of(job, {}).error().message, HasSubstr("ContainerEntrypoint"));
  job.image = "pytorch-training:1.8";
  EXPECT_THAT(command_of(job, {}).error().message, HasSubstr("\"pytorch-training:1.8\""));
}

}  // namespace
}  // namespace kennel::jobs
