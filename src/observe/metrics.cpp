#include "observe/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <tuple>
#include <utility>

#include "base/error.h"

namespace kennel::observe {
namespace {

constexpr std::string_view kOther = "other";

// Names of few letters, looked up without copying them.
struct OutcomeKey {
  std::string service;
  std::string operation;
  std::string code;
  int status = 0;
};

using OutcomeView = std::tuple<std::string_view, std::string_view, std::string_view, int>;

OutcomeView view_of(const OutcomeKey& key) {
  return {key.service, key.operation, key.code, key.status};
}

struct OutcomeLess {
  using is_transparent = void;
  bool operator()(const OutcomeKey& a, const OutcomeKey& b) const {
    return view_of(a) < view_of(b);
  }
  bool operator()(const OutcomeView& a, const OutcomeKey& b) const { return a < view_of(b); }
  bool operator()(const OutcomeKey& a, const OutcomeView& b) const { return view_of(a) < b; }
};

// A label's value between quotes.
std::string escaped(std::string_view value) {
  std::string text;
  for (const char letter : value) {
    if (letter == '\n') {
      text += "\\n";
      continue;
    }
    if (letter == '\\' || letter == '"') text += '\\';
    text += letter;
  }
  return text;
}

// In help a quote stands for itself.
std::string escaped_help(std::string_view help) {
  std::string text;
  for (const char letter : help) {
    if (letter == '\n' || letter == '\\') text += '\\';
    text += letter == '\n' ? 'n' : letter;
  }
  return text;
}

void add_header(std::string& text, std::string_view name, std::string_view help,
                std::string_view type) {
  text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, escaped_help(help), type);
}

void add_histogram(std::string& text, std::string_view name, const std::string& labels,
                   const Histogram& histogram) {
  std::uint64_t count = 0;
  for (std::size_t index = 0; index < Histogram::kBoundsUs.size(); ++index) {
    count += histogram.count(index);
    text += fmt::format("{}_bucket{{{},le=\"{}\"}} {}\n", name, labels,
                        static_cast<double>(Histogram::kBoundsUs[index]) * 1e-6, count);
  }
  count += histogram.count(Histogram::kBoundsUs.size());
  text +=
      fmt::format("{0}_bucket{{{1},le=\"+Inf\"}} {2}\n{0}_sum{{{1}}} {3}\n{0}_count{{{1}}} {2}\n",
                  name, labels, count, static_cast<double>(histogram.sum().count()) * 1e-6);
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::ranges::all_of(name, [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '_' || letter == ':';
         });
}

template <class Number>
struct Described {
  std::string help;
  Number number;
};

template <class Number>
using Numbers = std::map<std::string, Described<Number>>;

template <class Number>
void add_numbers(std::string& text, const Numbers<Number>& numbers, std::string_view type) {
  for (const auto& [name, described] : numbers) {
    add_header(text, name, described.help, type);
    text += fmt::format("{} {}\n", name, described.number.value());
  }
}

}  // namespace

void Histogram::observe(std::chrono::microseconds duration) {
  const auto* bound = std::ranges::lower_bound(kBoundsUs, duration.count());
  counts_[static_cast<std::size_t>(bound - kBoundsUs.begin())].fetch_add(1,
                                                                         std::memory_order_relaxed);
  sum_us_.fetch_add(duration.count(), std::memory_order_relaxed);
}

struct Metrics::Series {
  using Operation = std::pair<std::string, std::string>;
  using OperationView = std::pair<std::string_view, std::string_view>;
  struct OperationLess {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return OperationView(a.first, a.second) < OperationView(b.first, b.second);
    }
  };

  // A node of a map stays where it is, so counting needs the map locked for the look-up only.
  mutable std::shared_mutex mutex;
  std::map<OutcomeKey, Counter, OutcomeLess> requests;
  std::map<Operation, Histogram, OperationLess> durations;

  bool count_known(const RequestOutcome& outcome) {
    const std::shared_lock lock(mutex);
    const auto request = requests.find(
        OutcomeView(outcome.service, outcome.operation, outcome.error_code, outcome.status));
    const auto duration = durations.find(OperationView(outcome.service, outcome.operation));
    if (request == requests.end() || duration == durations.end()) return false;
    request->second.add();
    duration->second.observe(outcome.duration);
    return true;
  }

  // Whether there was room.
  bool make(const RequestOutcome& outcome) {
    const std::unique_lock lock(mutex);
    if (requests.size() >= kSeriesMax && outcome.operation != kOther) return false;
    requests[{std::string(outcome.service), std::string(outcome.operation),
              std::string(outcome.error_code), outcome.status}];
    durations[{std::string(outcome.service), std::string(outcome.operation)}];
    return true;
  }
};

struct Metrics::Named {
  mutable std::mutex mutex;
  Numbers<Counter> counters;
  Numbers<Gauge> gauges;
};

Metrics::Metrics() : series_(std::make_unique<Series>()), named_(std::make_unique<Named>()) {}

Metrics::~Metrics() = default;

void Metrics::count_request(const RequestOutcome& outcome) {
  if (series_->count_known(outcome)) return;
  RequestOutcome counted = outcome;
  if (!series_->make(counted)) {
    counted = {"other", kOther, "", outcome.status, outcome.duration};
    (void)series_->make(counted);
  }
  (void)series_->count_known(counted);
}

Counter& Metrics::counter(const std::string& name, const std::string& help) {
  base::check(is_metric_name(name), "a metric's name is made of letters, digits, _ and :");
  const std::lock_guard lock(named_->mutex);
  Described<Counter>& described = named_->counters[name];
  described.help = help;
  return described.number;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help) {
  base::check(is_metric_name(name), "a metric's name is made of letters, digits, _ and :");
  const std::lock_guard lock(named_->mutex);
  Described<Gauge>& described = named_->gauges[name];
  described.help = help;
  return described.number;
}

std::string Metrics::to_prometheus() const {
  std::string text;
  add_header(text, "kennel_requests_in_flight", "Requests being answered.", "gauge");
  text += fmt::format("kennel_requests_in_flight {}\n", requests_in_flight_.value());
  add_header(text, "kennel_connections", "Open connections.", "gauge");
  text += fmt::format("kennel_connections {}\n", connections_.value());
  {
    const std::shared_lock lock(series_->mutex);
    add_header(text, "kennel_requests_total", "Requests answered.", "counter");
    for (const auto& [key, counter] : series_->requests) {
      text += fmt::format(
          "kennel_requests_total{{service=\"{}\",operation=\"{}\",code=\"{}\",status=\"{}\"}} {}\n",
          escaped(key.service), escaped(key.operation),
          key.code.empty() ? "Success" : escaped(key.code), key.status, counter.value());
    }
    add_header(text, "kennel_request_duration_seconds",
               "From a request's head to its answer's end.", "histogram");
    for (const auto& [operation, histogram] : series_->durations) {
      add_histogram(text, "kennel_request_duration_seconds",
                    fmt::format("service=\"{}\",operation=\"{}\"", escaped(operation.first),
                                escaped(operation.second)),
                    histogram);
    }
  }
  const std::lock_guard lock(named_->mutex);
  add_numbers(text, named_->counters, "counter");
  add_numbers(text, named_->gauges, "gauge");
  return text;
}

}  // namespace kennel::observe
