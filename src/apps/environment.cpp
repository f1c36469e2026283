#include "apps/environment.h"
#include "base/shell_word.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace kennel::apps {
namespace {

std::string variable_or(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

int thread_count(int given) {
  if (given > 0) return given;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
  return CPU_COUNT(&processors);
}

base::Path cache_folder() {
  // Without a home the cache lies where kennel is started, and never where others can write.
  const base::Path home_cache = base::Path(variable_or("HOME", ".")) / ".cache";
  const std::string given = variable_or("XDG_CACHE_HOME", "");
  const base::Path shared = given.starts_with('/') ? base::Path(given) : home_cache;
  return variable_or("KENNEL_CACHE", (shared / "kennel").string());
}

base::Path data_folder() {
  const base::Path home_data = base::Path(variable_or("HOME", ".")) / ".local" / "share";
  const std::string given = variable_or("XDG_DATA_HOME", "");
  const base::Path shared = given.starts_with('/') ? base::Path(given) : home_data;
  return variable_or("KENNEL_DATA", (shared / "kennel").string());
}

std::optional<std::string> environment_variable(const char* name) {
  const std::string value = variable_or(name, "");
  return value.empty() ? std::nullopt : std::optional(value);
}

std::vector<std::string> environment_names(std::string_view prefix) {
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view entry(*variable);
    if (entry.starts_with(prefix)) names.emplace_back(entry.substr(0, entry.find('=')));
  }
  return names;
}

base::Path feature_cache_folder() { return cache_folder() / "features"; }

std::string quoted_command(int argc, const char* const* argv) {
  std::string text = "kennel";
  for (int index = 1; index < argc; ++index) text += " " + base::to_shell_word(argv[index]);
  return text;
}

base::Path programs_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

base::Error exec_sibling(const std::string& program, char* const* argv) {
  const base::Path path = programs_folder() / program;
  ::execv(path.c_str(), argv);
  return {base::ErrorKind::kNotFound, fmt::format("cannot start {}: {}; it belongs beside kennel",
                                                  path.string(), std::strerror(errno))};
}

}  // namespace kennel::apps
