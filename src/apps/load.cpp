#include "apps/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/interrupt.h"
#include "apps/load_console.h"
#include "apps/progress_bar.h"
#include "base/clock.h"
#include "dataset/listing.h"
#include "load/generator.h"

namespace kennel::apps {
namespace {

using base::Result;
using load::Photo;

constexpr std::uint64_t kPhotosBytesMax = base::kGiB;
constexpr double kUsualSeconds = 30;
constexpr int kUsualConnections = 8;
constexpr int kUsualConnectionsWithRate = 256;

load::Moment to_moment(double seconds) {
  constexpr double kYear = 365.0 * 24 * 3600;
  return std::chrono::duration_cast<load::Moment>(
      std::chrono::duration<double>(std::min(seconds, kYear)));
}

// Files as they are, folders with all photos below them, in the order of their names.
Result<void> add_files(const base::Path& path, std::vector<base::Path>& files) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    files.push_back(path);
    return {};
  }
  KENNEL_TRY(const dataset::Listing listing, dataset::list_folder(path));
  for (const std::string& name : listing.photos) files.push_back(path / name);
  for (const std::string& name : listing.folders) KENNEL_TRY_VOID(add_files(path / name, files));
  return {};
}

Result<std::vector<Photo>> read_photos(const LoadCommand& command) {
  std::vector<base::Path> files;
  for (const base::Path& path : command.photos) KENNEL_TRY_VOID(add_files(path, files));
  if (files.empty()) return base::fail(base::ErrorKind::kNotFound, "no photos in these folders");
  std::vector<Photo> photos;
  std::uint64_t left = kPhotosBytesMax;
  for (const base::Path& file : files) {
    auto bytes = base::read_file(file, left);
    if (!bytes && bytes.error().kind == base::ErrorKind::kTooLarge) {
      return base::fail(base::ErrorKind::kTooLarge,
                        fmt::format("{}: with it the photos are more than {}; give fewer of them",
                                    file.string(), base::to_human_size(kPhotosBytesMax)));
    }
    if (!bytes) return tl::unexpected(std::move(bytes).error());
    left -= bytes->size();
    const std::string kind = command.content_type == "auto"
                                 ? std::string(load::find_content_type(file.string(), *bytes))
                                 : command.content_type;
    photos.push_back({kind, *std::move(bytes)});
  }
  return photos;
}

load::Plan plan_of(const LoadCommand& command) {
  load::Plan plan{
      .rate = command.rate, .warm_up = to_moment(command.warm_up_s), .requests = command.requests};
  if (command.duration_s) plan.duration = to_moment(*command.duration_s);
  if (!command.duration_s && !command.requests) plan.duration = to_moment(kUsualSeconds);
  return plan;
}

Result<load::LoadOptions> options_of(const LoadCommand& command) {
  load::LoadOptions options;
  options.url = load::with_path(command.url);
  options.ca_file = command.ca_file.value_or(base::Path());
  KENNEL_TRY(options.photos, read_photos(command));
  options.plan = plan_of(command);
  options.connections =
      command.connections.value_or(command.rate ? kUsualConnectionsWithRate : kUsualConnections);
  options.timeout = to_moment(command.timeout_s);
  options.stop = &interrupt_flag();
  return options;
}

void print(const LoadCommand& command, const load::Findings& findings) {
  if (command.output.json) {
    fmt::print("{}\n", load::to_json(findings).dump());
  } else if (!command.output.quiet) {
    for (const std::string& line : load_summary(findings)) fmt::print("{}\n", line);
    if (command.report) fmt::print("\n{}\n", command.report->string());
  }
  std::fflush(stdout);
  for (const std::string& line : load_complaints(findings)) {
    fmt::print(stderr, "kennel: {}\n", line);
  }
}

int exit_code_of(const LoadCommand& command, const load::Findings& findings) {
  if (findings.tally.failed() > 0) return command.allow_errors ? 0 : 1;
  return findings.tally.ended() == 0 && !findings.interrupted ? 1 : 0;
}

}  // namespace

Result<int> run_load(const LoadCommand& command) {
  KENNEL_TRY(load::LoadOptions options, options_of(command));
  const base::SystemClock clock;
  ProgressBar bar("load", "requests", clock, !command.output.json && !command.output.quiet);
  options.on_progress = [&bar](const load::Progress& progress) {
    bar.draw([&progress] { return load_line(progress); });
  };
  KENNEL_TRY(const load::Findings findings, load::generate_load(options));
  bar.clear();
  if (command.report) {
    base::PosixDisk disk;
    base::write_atomically(disk, *command.report, load::report_html(findings));
  }
  print(command, findings);
  return exit_code_of(command, findings);
}

}  // namespace kennel::apps
