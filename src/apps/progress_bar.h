// One line on a terminal that fills up: done, total, rate, time left.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/clock.h"

namespace kennel::apps {

// Draws on stderr, at most every 50 ms; does nothing where stderr is no terminal. One thread at a
// time.
class ProgressBar {
 public:
  // `unit` in the plural: "photos".
  ProgressBar(std::string title, std::string unit, const base::Clock& clock, bool enabled);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::size_t done, std::size_t total);
  // Another line instead, made where it is due to be drawn.
  void draw(const std::function<std::string()>& make_line);
  // Wipes the line, for something that stays to be printed there.
  void clear();

 private:
  void show(const std::string& line, std::chrono::steady_clock::time_point now);

  std::string title_;
  std::string unit_;
  const base::Clock& clock_;
  bool enabled_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_at_;
};

// "[#####-----]" for a part from 0 to 1.
[[nodiscard]] std::string bar_of(double part);

// "features  [#####-----]  512/1024 photos  640/s  0:01 left"
[[nodiscard]] std::string progress_line(const std::string& title, const std::string& unit,
                                        std::size_t done, std::size_t total, double seconds);

}  // namespace kennel::apps
