#include "apps/sample.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/progress_bar.h"

namespace kennel::apps {

base::Result<int> run_sample(const SampleCommand& command) {
  const base::SystemClock clock;
  base::PosixDisk disk;
  const bool talkative = !command.output.quiet && !command.output.json;
  ProgressBar bar("drawing", "photos", clock, talkative);
  int written = 0;
  KENNEL_TRY_VOID(dataset::write_sample_dataset(
      disk, command.folder, command.options, [&](int done, int total) {
        written = done;
        bar.update(static_cast<std::size_t>(done), static_cast<std::size_t>(total));
      }));
  bar.clear();
  if (command.output.json) {
    const nlohmann::json line{{"folder", command.folder.string()},
                              {"photos", written},
                              {"classes", command.options.classes}};
    fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else if (talkative) {
    fmt::print("{} photos of {} invented breeds in {}\n", written, command.options.classes,
               command.folder.string());
  }
  return 0;
}

}  // namespace kennel::apps
