#include "apps/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace kennel::apps {
namespace {

constexpr std::size_t kCells = 28;
constexpr double kSecondsBetweenFrames = 0.05;

}  // namespace

std::string bar_of(double part) {
  const auto full = static_cast<std::size_t>(part * kCells);
  return "[" + std::string(full, '#') + std::string(kCells - full, '-') + "]";
}

std::string progress_line(const std::string& title, const std::string& unit, std::size_t done,
                          std::size_t total, double seconds) {
  const double part = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string line =
      fmt::format("{}  {}  {}/{} {}  {:.0f}/s", title, bar_of(part), done, total, unit, rate);
  if (rate > 0) {
    const auto left = static_cast<int>(static_cast<double>(total - done) / rate + 0.5);
    line += fmt::format("  {}:{:02} left", left / 60, left % 60);
  }
  return line;
}

ProgressBar::ProgressBar(std::string title, std::string unit, const base::Clock& clock,
                         bool enabled)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      clock_(clock),
      enabled_(enabled && ::isatty(STDERR_FILENO) == 1),
      start_(clock.now()),
      drawn_at_(start_) {}

void ProgressBar::update(std::size_t done, std::size_t total) {
  if (!enabled_) return;
  const auto now = clock_.now();
  const bool due = base::seconds_between(drawn_at_, now) >= kSecondsBetweenFrames;
  if (!due && done != total) return;
  const double seconds = base::seconds_between(start_, now);
  show(progress_line(title_, unit_, done, total, seconds), now);
}

void ProgressBar::draw(const std::function<std::string()>& make_line) {
  if (!enabled_) return;
  const auto now = clock_.now();
  if (base::seconds_between(drawn_at_, now) >= kSecondsBetweenFrames) show(make_line(), now);
}

void ProgressBar::show(const std::string& line, std::chrono::steady_clock::time_point now) {
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
  drawn_at_ = now;
  visible_ = true;
}

void ProgressBar::clear() {
  if (!visible_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace kennel::apps
