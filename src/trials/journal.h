// Where the events of a search are kept: one JSON value a line, the first one what the search is.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/disk.h"
#include "trials/trial_record.h"

namespace kennel::trials {

// What an earlier process left.
struct Written {
  nlohmann::json search;
  std::vector<Event> events;
  TrialRecords trials;  // what came of them
};

// kNotFound: there is none. kCorrupt: it is none; a last line that was cut off is left out.
[[nodiscard]] base::Result<Written> read_journal(const base::Path& path, const tune::Space& space);
// What it is of; kNotFound, kCorrupt.
[[nodiscard]] base::Result<nlohmann::json> read_search(const base::Path& path);

// Safe from several threads. Throws DiskError.
class Journal {
 public:
  // Takes the place of what was there, whole or not at all.
  Journal(base::Disk& disk, const base::Path& path, const nlohmann::json& search,
          const tune::Space& space, const std::vector<Event>& events);

  // On the disk when this returns; an epoch only once the next other event is.
  void add(const Event& event);

 private:
  void append(const nlohmann::json& line);

  tune::Space space_;
  std::mutex mutex_;
  std::unique_ptr<base::WritableFile> file_;
};

// {"learning_rate": 0.01, "optimizer": "adam"}
[[nodiscard]] nlohmann::json to_json(const tune::Space& space,
                                     const tune::Configuration& configuration);

}  // namespace kennel::trials
