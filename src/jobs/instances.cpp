#include "jobs/instances.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace kennel::jobs {
namespace {

// So that one that writes without end does not keep the others waiting.
constexpr int kReadsTogether = 16;

}  // namespace

base::Result<void> Instances::launch(compute::Launcher& launcher,
                                     const compute::InstanceSpec& spec) {
  KENNEL_TRY(auto instance, launcher.launch(spec));
  running_.push_back({std::move(instance)});
  return {};
}

bool Instances::have_ended() const {
  return std::ranges::all_of(running_, [](const Running& one) { return one.exit && !one.open; });
}

const compute::Exit& Instances::exit_of(int instance) const {
  return running_[static_cast<std::size_t>(instance)].exit.value();
}

const compute::Instance& Instances::at(int instance) const {
  return *running_[static_cast<std::size_t>(instance)].instance;
}

void Instances::end(std::chrono::seconds grace) {
  if (deadline_) return;
  deadline_ = clock_.now() + grace;
  for (Running& one : running_) {
    if (!one.exit) one.instance->terminate();
  }
}

void Instances::kill() {
  if (!deadline_) deadline_ = clock_.now();
  for (Running& one : running_) one.instance->kill();
}

void Instances::wait(int for_ms) const {
  std::vector<pollfd> waiting;
  for (const Running& one : running_) {
    if (one.open) waiting.push_back({one.instance->output(), POLLIN, 0});
  }
  // Nobody says anything any more: what is left is the end, which comes at once.
  (void)::poll(waiting.data(), waiting.size(), waiting.empty() ? 1 : for_ms);
}

void Instances::tell(int index, std::vector<std::string> lines) {
  for (std::string& line : lines) on_line_(index, std::move(line));
}

void Instances::read(int index) {
  Running& one = running_[static_cast<std::size_t>(index)];
  std::array<std::uint8_t, 65536> piece{};
  for (int i = 0; i < kReadsTogether && one.open; ++i) {
    const ssize_t got = ::read(one.instance->output(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      one.open = false;
      tell(index, one.splitter.finish());
      return;
    }
    const std::string_view text(reinterpret_cast<const char*>(piece.data()),
                                static_cast<std::size_t>(got));
    tell(index, one.splitter.push(text, clock_.calendar_now()));
  }
}

void Instances::look_whether_ended(int index) {
  Running& one = running_[static_cast<std::size_t>(index)];
  if (one.exit) return;
  one.exit = one.instance->poll();
  if (!one.exit) return;
  // What it left running would keep the log open.
  one.instance->kill();
  if (one.exit->code == 0 || failed_ || deadline_) return;
  failed_ = index;
}

void Instances::step(int for_ms) {
  wait(for_ms);
  for (int index = 0; index < count(); ++index) {
    read(index);
    look_whether_ended(index);
  }
  if (deadline_ && clock_.now() >= *deadline_) kill();
}

}  // namespace kennel::jobs
