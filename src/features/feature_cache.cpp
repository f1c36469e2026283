#include "features/feature_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "features/segment.h"

namespace kennel::features {
namespace {

namespace fs = std::filesystem;

bool is_segment(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.path().extension() == kSegmentExtension && entry.is_regular_file(ignored);
}

// Segments of a folder; one that is being trimmed away meanwhile is no error.
std::vector<base::Path> list_segments(const base::Path& folder) {
  std::vector<base::Path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (is_segment(entry)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::vector<base::Path> list_folders(const base::Path& root) {
  std::vector<base::Path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    if (entry.is_directory(error)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

// The modification time of a segment is the time of its last use: trimming goes by it.
void mark_used(const base::Path& segment) { ::utimensat(AT_FDCWD, segment.c_str(), nullptr, 0); }

struct SegmentFile {
  base::Path path;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point last_used;
};

std::optional<SegmentFile> find_segment_file(const base::Path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  const auto since_epoch = std::chrono::seconds(status.st_mtim.tv_sec) +
                           std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return SegmentFile{path, static_cast<std::uint64_t>(status.st_size),
                     std::chrono::system_clock::time_point(since_epoch)};
}

std::uint64_t count_rows(const base::Path& segment) {
  const auto file = base::MappedFile::open(segment);
  SegmentHeader header;
  if (!file || file->bytes().size() < sizeof header) return 0;
  std::memcpy(&header, file->bytes().data(), sizeof header);
  return header.header_checksum == header_checksum(header) ? header.row_count : 0;
}

nlohmann::json read_description(const base::Path& folder) {
  const auto bytes = base::read_file(folder / kDescription, base::kMiB);
  const auto text = bytes ? base::as_text(*bytes) : std::string_view("{}");
  auto description = nlohmann::json::parse(text, nullptr, false);
  return description.is_object() ? description : nlohmann::json::object();
}

std::string text_or_unknown(const nlohmann::json& description, const char* field) {
  const auto found = description.find(field);
  return found != description.end() && found->is_string() ? found->get<std::string>() : "unknown";
}

SpaceSummary summarize(const base::Path& folder) {
  const auto description = read_description(folder);
  SpaceSummary summary{.name = folder.filename().string(),
                       .backbone = text_or_unknown(description, "backbone"),
                       .precision = text_or_unknown(description, "precision")};
  for (const auto& path : list_segments(folder)) {
    const auto file = find_segment_file(path);
    if (!file) continue;
    summary.photos += count_rows(path);
    summary.bytes += file->bytes;
    summary.last_used = std::max(summary.last_used, file->last_used);
  }
  return summary;
}

// What a killed process left half written; a process that still writes is done within the hour.
std::uint64_t remove_abandoned_files(base::Disk& disk, const base::Path& cache_root) {
  const auto an_hour_ago = std::chrono::system_clock::now() - std::chrono::hours(1);
  std::uint64_t freed = 0;
  for (const auto& folder : list_folders(cache_root)) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const auto file = find_segment_file(entry.path());
      if (entry.path().extension() != ".part" || !file || file->last_used > an_hour_ago) continue;
      disk.remove(file->path);
      freed += file->bytes;
    }
  }
  return freed;
}

}  // namespace

base::Digest SpaceKey::digest() const {
  return base::Hasher()
      .update_field(backbone)
      .update(weights.bytes)
      .update_field(transform)
      .update_field(precision)
      .update_field(engine)
      .update_field(std::to_string(width))
      .finish();
}

FeatureSpace::FeatureSpace(base::Disk& disk, const base::Path& cache_root, const SpaceKey& key)
    : disk_(disk), digest_(key.digest()), width_(key.width) {
  folder_ = cache_root / space_name(digest_);
  if (!fs::exists(folder_ / kDescription)) {
    disk_.make_folders(folder_);
    base::write_atomically(disk_, folder_ / kDescription, describe(key));
  }
  for (const auto& path : list_segments(folder_)) add_segment(path);
}

void FeatureSpace::add_segment(const base::Path& path) {
  auto file = base::MappedFile::open(path);
  if (!file) return;  // trimmed away since it was listed
  const auto header = find_header(file->bytes(), digest_, width_);
  if (!header) return;
  mark_used(path);
  const auto* table = reinterpret_cast<const TableEntry*>(file->bytes().data() + sizeof *header);
  const auto* values =
      reinterpret_cast<const float*>(file->bytes().data() + rows_offset(header->row_count));
  const auto width = static_cast<std::size_t>(width_);
  for (std::size_t row = 0; row < header->row_count; ++row) {
    if (find(table[row].photo)) continue;  // a damaged row gives way to its later copy
    rows_[table[row].photo] = {{values + row * width, width}, table[row].checksum};
  }
  segments_.push_back(*std::move(file));
}

std::optional<std::span<const float>> FeatureSpace::find(const base::Digest& photo) const {
  const auto found = rows_.find(photo);
  if (found == rows_.end()) return std::nullopt;
  const auto& [features, expected] = found->second;
  return checksum(view_of(features)) == expected ? std::optional(features) : std::nullopt;
}

void FeatureSpace::append(std::span<const Row> rows) {
  if (rows.empty()) return;
  std::vector<TableEntry> table;
  for (const Row& row : rows) {
    base::check(row.features.size() == static_cast<std::size_t>(width_), "rows fit the space");
    table.push_back({row.photo, checksum(view_of(std::span<const float>(row.features)))});
  }
  const SegmentHeader header = header_of(digest_, width_, table);
  const auto header_bytes = view_of(std::span<const SegmentHeader>(&header, 1));
  const auto table_bytes = view_of(std::span<const TableEntry>(table));
  const base::Path path = folder_ / segment_name(header_bytes, table_bytes);

  base::StagedFile file(disk_, path);
  file.append(header_bytes);
  file.append(table_bytes);
  const base::Bytes padding(rows_offset(table.size()) - header_bytes.size() - table_bytes.size());
  file.append(padding);
  for (const Row& row : rows) file.append(view_of(std::span<const float>(row.features)));
  file.commit();
  add_segment(path);
}

std::vector<SpaceSummary> list_spaces(const base::Path& cache_root) {
  std::vector<SpaceSummary> spaces;
  for (const auto& folder : list_folders(cache_root)) {
    if (auto summary = summarize(folder); summary.bytes > 0) spaces.push_back(std::move(summary));
  }
  return spaces;
}

std::uint64_t trim_cache(base::Disk& disk, const base::Path& cache_root,
                         const TrimOptions& options) {
  std::vector<SegmentFile> files;
  std::uint64_t total = 0;
  for (const auto& folder : list_folders(cache_root)) {
    for (const auto& path : list_segments(folder)) {
      if (const auto file = find_segment_file(path)) files.push_back(*file);
    }
  }
  for (const auto& file : files) total += file.bytes;
  std::ranges::sort(files, {}, &SegmentFile::last_used);
  std::uint64_t freed = 0;
  for (const auto& file : files) {
    if (total - freed <= options.bytes_max) break;
    disk.remove(file.path);
    freed += file.bytes;
  }
  return freed + remove_abandoned_files(disk, cache_root);
}

}  // namespace kennel::features
