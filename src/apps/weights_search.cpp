#include "apps/weights_search.h"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "network/weights_store.h"

namespace kennel::apps {
namespace {

using nlohmann::json;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

network::KnownWeights known_weights(const network::Backbone& backbone) {
  return {backbone.name, backbone.weights.file_patterns, backbone.weights.advice};
}

std::vector<network::SearchFolder> search_folders() {
  return network::to_search_folders({.kennel_weights = variable("KENNEL_WEIGHTS"),
                                     .xdg_cache_home = variable("XDG_CACHE_HOME"),
                                     .torch_home = variable("TORCH_HOME"),
                                     .home = variable("HOME"),
                                     .virtual_env = variable("VIRTUAL_ENV"),
                                     .project_environment = KENNEL_VENV});
}

json to_json(const network::WeightsLocation& location) {
  return {{"backbone", location.backbone},
          {"path", location.path.string()},
          {"source", location.source}};
}

void print_for_people(const std::vector<network::WeightsLocation>& found) {
  for (const auto& backbone : network::all_backbones()) {
    bool any = false;
    for (const auto& location : found) {
      if (location.backbone != backbone.name) continue;
      fmt::print("{:<20} {}  ({})\n", backbone.name, location.path.string(), location.source);
      any = true;
    }
    if (!any) fmt::print("{:<20} none here; {}\n", backbone.name, backbone.weights.advice);
  }
  fmt::print("\nLooked for in, first match wins:\n");
  for (const auto& folder : search_folders()) {
    fmt::print("  {}  ({})\n", folder.path.string(), folder.source);
  }
}

}  // namespace

base::Result<base::Path> find_weights(const network::Backbone& backbone,
                                      const std::optional<base::Path>& given) {
  if (given) return *given;
  KENNEL_TRY(const auto location, network::get_weights(known_weights(backbone), search_folders()));
  return location.path;
}

base::Result<int> run_weights(const WeightsCommand& command) {
  std::vector<network::KnownWeights> known;
  for (const auto& backbone : network::all_backbones()) known.push_back(known_weights(backbone));
  const auto found = network::list_weights(known, search_folders());
  if (command.output.json) {
    json list = json::array();
    for (const auto& location : found) list.push_back(to_json(location));
    fmt::print("{}\n", list.dump(-1, ' ', false, json::error_handler_t::replace));
  } else {
    print_for_people(found);
  }
  return 0;
}

}  // namespace kennel::apps
