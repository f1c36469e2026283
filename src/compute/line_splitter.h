// Bytes of a log into its lines. Pure: time is an argument. One thread.
//
// Of a line in which '\r' went back to the beginning only the last text counts, as on a terminal; a
// progress bar that goes on without an end of line is told now and then.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kennel::compute {

class LineSplitter {
 public:
  using TimePoint = std::chrono::system_clock::time_point;
  static constexpr std::size_t kLineBytesMax = std::size_t{256} << 10U;  // longer ones are cut
  static constexpr std::chrono::seconds kBarEvery{1};

  // The lines that are whole now: valid UTF-8 without control characters but tabs and escapes.
  [[nodiscard]] std::vector<std::string> push(std::string_view bytes, TimePoint now);
  // What has no end of line yet.
  [[nodiscard]] std::vector<std::string> finish();

 private:
  void end_line(std::vector<std::string>& lines);
  void go_back(std::vector<std::string>& lines, TimePoint now);

  std::string line_;
  bool returned_ = false;  // a '\r' came, and nothing after it yet
  std::optional<TimePoint> bar_told_;
};

}  // namespace kennel::compute
