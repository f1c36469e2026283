// Any bytes as what a job says, in one piece and in pieces: both give the same lines, which are
// text; and as a metric's regular expression on those lines. The first byte chooses how it is
// split, the second how much is the expression.
#include <algorithm>
#include <cmath>

#include "base/bytes.h"
#include "base/error.h"
#include "base/utf8.h"
#include "compute/line_metric.h"
#include "compute/line_splitter.h"
#include "jobs/metric_scraper.h"

namespace {

namespace base = kennel::base;
namespace jobs = kennel::jobs;
using kennel::compute::LineSplitter;

constexpr LineSplitter::TimePoint kNow{std::chrono::seconds(1'800'000'000)};

std::vector<std::string> split(std::string_view said, std::size_t piece_max) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  while (!said.empty()) {
    const std::string_view piece = said.substr(0, piece_max);
    said.remove_prefix(piece.size());
    std::ranges::move(splitter.push(piece, kNow), std::back_inserter(lines));
  }
  std::ranges::move(splitter.finish(), std::back_inserter(lines));
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view said = base::as_text(base::ByteView(data, size).subspan(2));
  const std::string regex(said.substr(0, data[1]));
  said.remove_prefix(regex.size());
  const auto lines = split(said, said.size());
  base::check(lines == split(said, 1 + data[0] % 16), "pieces make no difference");
  jobs::MetricScraper scraper(std::vector<jobs::MetricDefinition>{{"loss", regex}});
  for (const std::string& line : lines) {
    base::check(base::is_utf8(line), "a line is text");
    for (const jobs::MetricValue& value : scraper.scan(line, kNow)) {
      base::check(std::isfinite(value.value), "a value is a number");
    }
  }
  base::check(scraper.last_values().size() <= 1, "a metric has one last value");
  static_cast<void>(kennel::compute::find_regex_fault(regex));
  return 0;
}
