#include "dataset/sample_photos.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "dataset/shot.h"
#include "dataset/staged_folder.h"
#include "vision/encode.h"

namespace kennel::dataset {
namespace {

constexpr int kClassesMin = 2;
constexpr int kPerClassMin = 5;       // the fewest that leave one for each split
constexpr int kPerClassMax = 99'999;  // five digits in a file's name
constexpr int kQuality = 85;

struct Job {
  int breed = 0;
  int index = 0;
  base::Path path;  // below the data set's folder
};

base::Result<void> check_options(const SampleOptions& options) {
  if (options.classes < kClassesMin || options.classes > kSampleClassesMax) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("cannot draw {} classes: ask for {} to {}", options.classes,
                                  kClassesMin, kSampleClassesMax));
  }
  if (options.per_class < kPerClassMin || options.per_class > kPerClassMax) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("cannot draw {} photos a class: ask for {} to {}",
                                  options.per_class, kPerClassMin, kPerClassMax));
  }
  return {};
}

// 15 % each for valid and test, the rest for train.
std::string_view split_of(int index, int per_class) {
  const int held_out = std::max(1, (per_class * 15 + 50) / 100);
  if (index < per_class - 2 * held_out) return "train";
  return index < per_class - held_out ? "valid" : "test";
}

std::vector<Job> list_jobs(const SampleOptions& options) {
  std::vector<Job> jobs;
  for (int breed = 0; breed < options.classes; ++breed) {
    const std::string name = make_breed(breed).name;
    for (int index = 0; index < options.per_class; ++index) {
      jobs.push_back({breed, index,
                      base::Path(split_of(index, options.per_class)) /
                          fmt::format("{:03}.{}", breed + 1, name) /
                          fmt::format("{}_{:05}.jpg", name, index + 1)});
    }
  }
  return jobs;
}

// Draws on all cores and calls `take(job, bytes)` on this thread, in the order of the jobs: what
// is written, and in which order, does not depend on the number of cores.
template <class Take>
void draw_all(const std::vector<Job>& jobs, std::uint64_t seed, const Take& take) {
  const std::size_t ahead = std::max(1U, std::thread::hardware_concurrency());
  std::deque<std::future<base::Bytes>> drawing;
  std::size_t begun = 0;
  for (const Job& job : jobs) {
    for (; begun < jobs.size() && drawing.size() < ahead; ++begun) {
      drawing.push_back(std::async(std::launch::async, [next = &jobs[begun], seed] {
        return vision::encode_jpeg(draw_dog(next->breed, next->index, seed), kQuality);
      }));
    }
    const base::Bytes bytes = drawing.front().get();
    drawing.pop_front();
    take(job, bytes);
  }
}

}  // namespace

vision::Image draw_dog(int breed, int index, std::uint64_t seed) {
  const Breed traits = make_breed(breed);
  const base::Random random = base::Random(seed)
                                  .fork("breed", static_cast<std::uint64_t>(breed))
                                  .fork("photo", static_cast<std::uint64_t>(index));
  const Shot shot = plan_shot(traits, random.fork("shot"));
  Drawing drawing(shot.width, shot.height);
  draw_place(drawing, shot, random.fork("place"));
  draw_breed(drawing, traits, shot, random.fork("dog"));
  draw_foreground(drawing, shot, random.fork("foreground"));
  vision::Image image = drawing.to_image();
  expose(image, shot, random.fork("camera"));
  return image;
}

base::Result<void> write_sample_dataset(base::Disk& disk, const base::Path& folder,
                                        const SampleOptions& options,
                                        const std::function<void(int done, int total)>& progress) {
  KENNEL_TRY_VOID(check_options(options));
  KENNEL_TRY_VOID(check_new_or_empty(folder));
  const std::vector<Job> jobs = list_jobs(options);
  StagedFolder staged(disk, folder);
  for (const Job& job : jobs) {
    // Jobs of a class and split follow each other, so this makes each folder once.
    if (&job == jobs.data() || job.path.parent_path() != (&job - 1)->path.parent_path()) {
      disk.make_folders(staged.path() / job.path.parent_path());
    }
  }
  const int total = static_cast<int>(jobs.size());
  int done = 0;
  draw_all(jobs, options.seed, [&](const Job& job, const base::Bytes& bytes) {
    disk.create(staged.path() / job.path)->append(bytes);
    if (progress) progress(++done, total);
  });
  staged.commit({"test", "valid", "train"});
  return {};
}

}  // namespace kennel::dataset
