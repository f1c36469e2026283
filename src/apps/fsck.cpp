#include "apps/fsck.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/environment.h"
#include "apps/progress_bar.h"
#include "apps/stored_data.h"
#include "base/clock.h"
#include "objects/check.h"

namespace kennel::apps {
namespace {

using base::Result;
using nlohmann::ordered_json;
using objects::CheckReport;
using objects::Damage;
using objects::Finding;

constexpr int kThreads = 2;

ordered_json to_json(const Finding& finding) {
  ordered_json object{{"bucket", finding.bucket},
                      {"key", finding.key},
                      {"version_id", finding.version_id},
                      {"blob", finding.blob},
                      {"text", finding.text}};
  if (!finding.upload_id.empty()) {
    object.update({{"upload_id", finding.upload_id}, {"part", finding.part}});
  }
  return object;
}

ordered_json list(const CheckReport& report, Damage damage) {
  auto found = ordered_json::array();
  for (const Finding& finding : report.findings) {
    if (finding.damage == damage) found.push_back(to_json(finding));
  }
  return found;
}

void print_json(const CheckReport& report) {
  const ordered_json object{
      {"objects", report.objects},
      {"parts", report.parts},
      {"blobs", report.blobs},
      {"bytes", report.bytes},
      {"corrupt", list(report, Damage::kCorrupt)},
      {"missing", list(report, Damage::kMissing)},
      {"unheld", list(report, Damage::kUnheld)},
      {"garbage", {{"blobs", report.garbage_blobs}, {"bytes", report.garbage_bytes}}},
      {"orphans", report.orphans}};
  fmt::print("{}\n", object.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

const char* name_of(Damage damage) {
  if (damage == Damage::kCorrupt) return "corrupt";
  return damage == Damage::kMissing ? "missing" : "unheld";
}

// A key may hold anything, and a terminal would obey it.
std::string to_shown(const std::string& text) {
  const bool plain = std::ranges::none_of(
      text, [](unsigned char letter) { return letter < ' ' || letter == '\x7f'; });
  return plain ? text : ordered_json(text).dump();
}

std::string place_of(const Finding& finding) {
  if (finding.bucket.empty()) return fmt::format("blob {}, which nobody names", finding.blob);
  std::string object = fmt::format("s3://{}/{}", finding.bucket, to_shown(finding.key));
  if (!finding.upload_id.empty()) {
    return fmt::format("{}, part {} of the upload {}", object, finding.part, finding.upload_id);
  }
  if (finding.version_id == "null") return object;
  return fmt::format("{}, version {}", object, finding.version_id);
}

void print_text(const CheckReport& report, bool running) {
  for (const Finding& finding : report.findings) {
    fmt::print("{:<8} {}\n{:<9}{}\n", name_of(finding.damage), place_of(finding), "", finding.text);
  }
  if (running && !report.orphans.empty()) {
    fmt::print("{} files that no record names, or not yet: a server is running\n",
               report.orphans.size());
  }
  for (const std::string& file : report.orphans) {
    if (!running) fmt::print("{:<8} blobs/{}, which no record names: harmless\n", "orphan", file);
  }
  if (report.garbage_blobs != 0) {
    fmt::print("{:<8} {} blobs, {}, that nobody names: they will be collected\n", "garbage",
               report.garbage_blobs, base::to_human_size(report.garbage_bytes));
  }
  fmt::print("{} objects and {} parts of uploads in {} blobs, {}: {}\n", report.objects,
             report.parts, report.blobs, base::to_human_size(report.bytes),
             report.findings.empty() ? "all is as it was written"
                                     : fmt::format("{} findings", report.findings.size()));
}

CheckReport check(const StoredData& data, const FsckCommand& command) {
  const base::SystemClock clock;
  ProgressBar bar("fsck", "blobs", clock, !command.output.json);
  return objects::check_objects(
      data.records(), data.blobs(),
      {.threads = kThreads,
       .progress = [&bar](std::size_t done, std::size_t total) { bar.update(done, total); }});
}

}  // namespace

Result<int> run_fsck(const FsckCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  KENNEL_TRY(const auto data, StoredData::open(folder));
  const bool was_running = is_running(folder);
  const CheckReport report = check(*data, command);
  const bool running = was_running || is_running(folder);
  if (command.output.json) {
    print_json(report);
  } else {
    print_text(report, running);
  }
  const bool sound = report.findings.empty() && (running || report.orphans.empty());
  return sound ? 0 : 1;
}

}  // namespace kennel::apps
