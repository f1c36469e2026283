// What one request holds until it is answered and recorded. Loop thread only.
#pragma once

#include <cstddef>
#include <optional>

#include "http/body_budget.h"
#include "observe/metrics.h"

namespace kennel::wire {

// One more request in flight, for as long as this lives.
class InFlight {
 public:
  InFlight(std::size_t& count, observe::Gauge& gauge) : count_(count), gauge_(gauge) {
    ++count_;
    gauge_.add(1);
  }
  ~InFlight() {
    --count_;
    gauge_.subtract(1);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  std::size_t& count_;
  observe::Gauge& gauge_;
};

struct Holdings {
  http::BodyBudget::Share body;
  std::optional<InFlight> in_flight;  // once authenticated
};

}  // namespace kennel::wire
