#include "apps/package_labels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

namespace kennel::apps {
namespace {

constexpr std::size_t kNamesShown = 5;

// "a, b, c and 9 more"
std::string some_of(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kNamesShown);
  const auto text = fmt::format("{}", fmt::join(std::span(names).first(shown), ", "));
  return shown == names.size() ? text : fmt::format("{} and {} more", text, names.size() - shown);
}

}  // namespace

base::Result<std::vector<int>> to_package_labels(const std::vector<std::string>& folders,
                                                 const network::Package& package) {
  std::vector<int> labels;
  std::vector<std::string> unknown;
  for (const auto& name : folders) {
    const auto found = std::ranges::find(package.classes, name);
    if (found == package.classes.end()) unknown.push_back(name);
    labels.push_back(static_cast<int>(found - package.classes.begin()));
  }
  if (unknown.empty()) return labels;
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("the package does not know {} of the {} classes in the folder: {}; "
                  "it knows {}",
                  unknown.size(), folders.size(), some_of(unknown), some_of(package.classes)));
}

}  // namespace kennel::apps
