// One instance of a training job of the built-in classifier, from its contract to its model.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/error.h"
#include "instance/contract.h"
#include "instance/exchange.h"
#include "instance/job_log.h"

namespace kennel::instance {

// What the program knows of the machine.
struct Surroundings {
  base::Path cache;  // of features
  int threads = 1;
  std::function<base::Result<base::Path>(const network::Backbone&)> find_weights;
  std::map<std::string, std::string> addresses;  // of hosts
  std::string token;                             // that the job's instances share
  std::uint16_t port = kExchangePort;
  const std::atomic<bool>* stop = nullptr;
};

// Writes the model package's files into model/, the report into output/data/ and checkpoints; an
// instance that is not algo-1 computes its part of the features and writes nothing else. Stopped
// after an epoch the best so far is the model; before, kInterrupted. Every other error is one that
// the job's owner can mend.
[[nodiscard]] base::Result<void> run_job(const Contract& contract, const Surroundings& surroundings,
                                         JobLog& log, base::Disk& disk, const base::Clock& clock);

}  // namespace kennel::instance
