// Counters, gauges and latency histograms, shown in Prometheus' text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
//
// Every call is safe from several threads. Counting takes a shared lock and a few atomic additions.
// What `counter` and `gauge` give lives as long as the Metrics.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kennel::observe {

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void add(std::int64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  void subtract(std::int64_t count = 1) { value_.fetch_sub(count, std::memory_order_relaxed); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How many measurements were at most so long.
class Histogram {
 public:
  // Upper bounds in microseconds; one more bucket takes the rest.
  static constexpr std::array<std::int64_t, 16> kBoundsUs{
      250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,     50'000,
      100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 60'000'000};

  void observe(std::chrono::microseconds duration);
  // Those in bucket `index`, not those below it.
  [[nodiscard]] std::uint64_t count(std::size_t index) const {
    return counts_[index].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::chrono::microseconds sum() const {
    return std::chrono::microseconds(sum_us_.load(std::memory_order_relaxed));
  }

 private:
  std::array<std::atomic<std::uint64_t>, kBoundsUs.size() + 1> counts_{};
  std::atomic<std::int64_t> sum_us_{0};
};

// One request that is over. Service and operation are ours, from the table, never what a client
// made up; error_code is empty where it went well.
struct RequestOutcome {
  std::string_view service;
  std::string_view operation;
  std::string_view error_code;
  int status = 200;
  std::chrono::microseconds duration{0};
};

class Metrics {
 public:
  // Beyond so many combinations of labels, further ones are counted as operation="other".
  static constexpr std::size_t kSeriesMax = 4096;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count_request(const RequestOutcome& outcome);
  [[nodiscard]] Gauge& requests_in_flight() { return requests_in_flight_; }
  [[nodiscard]] Gauge& connections() { return connections_; }
  // One number of that name, made where it is not there; `help` is one line for people. A name is
  // Prometheus' own: [a-zA-Z_:][a-zA-Z0-9_:]*; a counter's ends in _total.
  [[nodiscard]] Counter& counter(const std::string& name, const std::string& help);
  [[nodiscard]] Gauge& gauge(const std::string& name, const std::string& help);

  [[nodiscard]] std::string to_prometheus() const;

 private:
  struct Series;
  struct Named;
  Gauge requests_in_flight_;
  Gauge connections_;
  std::unique_ptr<Series> series_;
  std::unique_ptr<Named> named_;
};

}  // namespace kennel::observe
