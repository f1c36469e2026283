#include "serving/batcher.h"

#include <algorithm>

#include "engine/photo.h"

namespace kennel::serving {
namespace {

using Clock = std::chrono::steady_clock;
using base::ErrorKind;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void finish(PhotoJob& job, base::Result<PhotoAnswer> result) {
  std::exchange(job.done, nullptr)(std::move(result));
}

}  // namespace

Batcher::Batcher(const BatcherOptions& options, const vision::Transform& transform,
                 std::function<std::unique_ptr<engine::Lane>()> make_lane)
    : options_(options), transform_(transform), make_lane_(std::move(make_lane)) {
  for (int lane = 0; lane < options_.lanes; ++lane) threads_.emplace_back([this] { run_lane(); });
}

Batcher::~Batcher() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  for (Waiting& one : waiting_) {
    one.job.done(base::fail(ErrorKind::kInterrupted, "the server has ended"));
  }
}

bool Batcher::submit(std::vector<PhotoJob> jobs) {
  const auto now = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || waiting_.size() + jobs.size() > options_.waiting_max) return false;
    for (PhotoJob& job : jobs) waiting_.push_back({std::move(job), now});
  }
  changed_.notify_one();
  return true;
}

std::size_t Batcher::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void Batcher::wait_until_ready() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return lanes_ready_ == options_.lanes || broken_; });
  if (broken_) std::rethrow_exception(broken_);
}

bool Batcher::healthy() const {
  const std::lock_guard lock(mutex_);
  return !broken_;
}

void Batcher::note_broken() {
  const std::lock_guard lock(mutex_);
  broken_ = std::current_exception();
  changed_.notify_all();
}

// A batch that breaks is no reason to leave the next one waiting.
void Batcher::run_lane() try {
  const auto lane = make_lane_();
  warm_up(*lane);
  for (auto batch = take(); !batch.empty(); batch = take()) {
    try {
      run_batch(*lane, batch);
    } catch (const std::exception& error) {
      note_broken();
      for (Waiting& one : batch) {
        if (one.job.done) finish(one.job, base::fail(ErrorKind::kConflict, error.what()));
      }
    }
  }
} catch (...) {
  note_broken();
}

// Sizes beyond one are tried once the server is ready, and only while nobody waits.
void Batcher::warm_up(engine::Lane& lane) {
  std::ranges::fill(lane.image(0), std::uint8_t{0});
  lane.run(1);
  {
    const std::lock_guard lock(mutex_);
    ++lanes_ready_;
  }
  changed_.notify_all();
  for (int size = 2; size <= options_.batch_max; ++size) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_ || !waiting_.empty()) return;
    }
    lane.run(size);
  }
}

// Nothing: it ends.
std::vector<Batcher::Waiting> Batcher::take() {
  std::vector<Waiting> batch;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return batch;
    const auto lanes = static_cast<std::size_t>(options_.lanes);
    const std::size_t share = (waiting_.size() + lanes - 1) / lanes;
    const std::size_t count = std::min(share, static_cast<std::size_t>(options_.batch_max));
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    batch.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    if (waiting_.empty()) return batch;
  }
  changed_.notify_one();  // another lane may be idle
  return batch;
}

// Those that can be run; the others are done.
std::vector<Batcher::Placed> Batcher::place_photos(engine::Lane& lane,
                                                   std::vector<Waiting>& batch) const {
  std::vector<Placed> placed;
  for (Waiting& one : batch) {
    const auto start = Clock::now();
    if (*one.job.dropped || start > one.job.due) {
      finish(one.job, base::fail(ErrorKind::kInterrupted, "the answer came too late"));
      continue;
    }
    const auto image = engine::to_square(one.job.photo, transform_);
    if (!image) {
      finish(one.job, tl::unexpected(image.error()));
      continue;
    }
    std::ranges::copy(image->pixels, lane.image(static_cast<int>(placed.size())).begin());
    placed.push_back({&one.job,
                      {.queue_seconds = std::chrono::duration<double>(start - one.since).count(),
                       .decode_seconds = seconds_since(start)}});
  }
  return placed;
}

void Batcher::run_batch(engine::Lane& lane, std::vector<Waiting>& batch) const {
  const auto placed = place_photos(lane, batch);
  if (placed.empty()) return;
  const auto start = Clock::now();
  const auto logits = lane.run(static_cast<int>(placed.size()));
  const double infer_seconds = seconds_since(start);
  const std::size_t width = logits.size() / placed.size();
  for (std::size_t place = 0; place < placed.size(); ++place) {
    const auto row = logits.subspan(place * width, width);
    PhotoAnswer answer{{row.begin(), row.end()}, placed[place].times};
    answer.times.infer_seconds = infer_seconds;
    answer.times.batch = static_cast<int>(placed.size());
    finish(*placed[place].job, std::move(answer));
  }
}

}  // namespace kennel::serving
