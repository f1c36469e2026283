#include "compute/process_instance.h"

#include <unistd.h>

namespace kennel::compute {

std::optional<Exit> ProcessInstance::poll() {
  const bool over = parts_.disk_use.is_over();
  if (over) kill();
  const auto code = parts_.child.poll();
  if (!code) return std::nullopt;
  return Exit{.code = *code,
              .out_of_memory = *code != 0 && parts_.cgroup && parts_.cgroup->was_out_of_memory(),
              .over_disk = over};
}

Scene set_scene(const LauncherOptions& options, const InstanceSpec& spec, const std::string& name) {
  Scene scene;
  scene.cgroup = Cgroup::make(options.server_name, name, spec.limits);
  scene.words = {options.program.string(), "parent", std::to_string(::getpid())};
  const auto add = [&](std::initializer_list<std::string> step) {
    scene.words.insert(scene.words.end(), step);
  };
  const Cgroup::Held held = scene.cgroup ? scene.cgroup->held() : Cgroup::Held{};
  if (scene.cgroup) {
    for (const base::Path& door : scene.cgroup->doors()) add({"join", door.string()});
  }
  if (!held.memory && spec.limits.memory_bytes > 0) {
    add({"limit", "memory", std::to_string(spec.limits.memory_bytes)});
  }
  // Root's are never limited by their number, and are not only ours.
  if (!held.processes && ::geteuid() != 0 && spec.limits.processes_max > 0) {
    add({"limit", "processes", std::to_string(spec.limits.processes_max)});
  }
  if (spec.limits.disk_bytes > 0) add({"limit", "file", std::to_string(spec.limits.disk_bytes)});
  add({"limit", "core", "1", "expendable"});
  return scene;
}

}  // namespace kennel::compute
