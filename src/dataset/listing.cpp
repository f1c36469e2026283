#include "dataset/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace kennel::dataset {
namespace {

namespace fs = std::filesystem;

// What people and tools leave beside photos. Anything else may be a photo.
constexpr std::array<std::string_view, 19> kSidecars{
    ".csv", ".db", ".htm", ".html", ".ini", ".ipynb", ".json", ".jsonl", ".log", ".md",
    ".pdf", ".py", ".rst", ".sh",   ".tsv", ".txt",   ".xml",  ".yaml",  ".yml"};

bool is_sidecar(const base::Path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32)
                                          : static_cast<char>(letter);
  });
  return std::ranges::find(kSidecars, extension) != kSidecars.end();
}

void sort_in(Listing& listing, const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  if (name.starts_with('.')) return;
  std::error_code error;
  const fs::file_status status = entry.status(error);
  if (fs::is_directory(status)) {
    listing.folders.push_back(name);
  } else if (is_sidecar(entry.path()) || (fs::exists(status) && !fs::is_regular_file(status))) {
    listing.others.push_back(name);
  } else {
    listing.photos.push_back(name);
  }
}

}  // namespace

base::Result<Listing> list_folder(const base::Path& folder) {
  Listing listing;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    sort_in(listing, *entry);
  }
  if (error) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("cannot list {}: {}", folder.string(), error.message()));
  }
  for (auto* names : {&listing.folders, &listing.photos, &listing.others}) {
    std::ranges::sort(*names);
  }
  return listing;
}

}  // namespace kennel::dataset
