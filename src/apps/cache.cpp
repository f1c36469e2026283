#include "apps/cache.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/environment.h"
#include "features/feature_cache.h"

namespace kennel::apps {
namespace {

using nlohmann::json;

std::string to_time(std::chrono::system_clock::time_point when) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(when));
}

json to_json(const features::SpaceSummary& space) {
  return {{"name", space.name},           {"backbone", space.backbone},
          {"precision", space.precision}, {"photos", space.photos},
          {"bytes", space.bytes},         {"last_used", to_time(space.last_used)}};
}

}  // namespace

base::Result<int> run_cache_list(const CacheListCommand& command) {
  const auto folder = feature_cache_folder();
  const auto spaces = features::list_spaces(folder);
  if (command.output.json) {
    json list = json::array();
    for (const auto& space : spaces) list.push_back(to_json(space));
    fmt::print("{}\n", json{{"folder", folder.string()}, {"spaces", list}}.dump(
                           -1, ' ', false, json::error_handler_t::replace));
    return 0;
  }
  fmt::print("{}\n", folder.string());
  if (spaces.empty()) fmt::print("  nothing is kept there yet\n");
  for (const auto& space : spaces) {
    fmt::print("  {:<20} {:<5} {:>8} photos {:>10}  last used {}\n", space.backbone,
               space.precision, space.photos, base::to_human_size(space.bytes),
               to_time(space.last_used));
  }
  return 0;
}

base::Result<int> run_cache_trim(const CacheTrimCommand& command) {
  base::PosixDisk disk;
  const auto freed =
      features::trim_cache(disk, feature_cache_folder(), {.bytes_max = command.bytes_max});
  if (command.output.json) {
    fmt::print("{}\n", json{{"freed_bytes", freed}}.dump());
  } else if (!command.output.quiet) {
    fmt::print("freed {}\n", base::to_human_size(freed));
  }
  return 0;
}

}  // namespace kennel::apps
