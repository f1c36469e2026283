#include "apps/status.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/environment.h"
#include "apps/server_folder.h"
#include "base/clock.h"
#include "http/client.h"

namespace kennel::apps {
namespace {

using base::Result;

constexpr int kExitNotRunning = 3;

struct Status {
  bool running = false;
  bool healthy = false;
  std::string complaint;  // where it is not healthy
  ServerNote note;
  std::int64_t uptime_s = 0;
  std::uint64_t stored_bytes = 0;
};

std::uint64_t size_of(const ServerFolder& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder.root, error);
  for (; !error && entry != std::filesystem::end(entry); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) bytes += entry->file_size(ignored);
  }
  return bytes;
}

void ask_health(const ServerFolder& folder, Status& status) {
  const auto answer = http::fetch({.url = status.note.url + "/-/health",
                                   .ca_file = folder.certificate_authority(),
                                   .timeout = std::chrono::seconds(5)});
  status.healthy = answer && answer->status == 200;
  if (!answer) status.complaint = answer.error().message;
  if (answer && !status.healthy) status.complaint = fmt::format("status {}", answer->status);
}

Status look(const ServerFolder& folder) {
  Status status;
  const auto note = read_note(folder);
  status.running = note && is_running(folder);
  if (!status.running) return status;
  status.note = *note;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      base::SystemClock().calendar_now().time_since_epoch());
  status.uptime_s = (now.count() - note->started_ms) / 1000;
  status.stored_bytes = size_of(folder);
  ask_health(folder, status);
  return status;
}

void print_json(const ServerFolder& folder, const Status& status) {
  nlohmann::ordered_json object{{"running", status.running}, {"data", folder.root.string()}};
  if (status.running) {
    object.update({{"healthy", status.healthy},
                   {"url", status.note.url},
                   {"process", status.note.process},
                   {"version", status.note.version},
                   {"region", status.note.region},
                   {"account", status.note.account},
                   {"uptime_s", status.uptime_s},
                   {"stored_bytes", status.stored_bytes}});
  }
  fmt::print("{}\n", object.dump());
}

std::string to_duration(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h", seconds / 3600);
}

void print_text(const ServerFolder& folder, const Status& status) {
  if (!status.running) {
    fmt::print("not running; start it with kennel up (data in {})\n", folder.root.string());
    return;
  }
  fmt::print("{} at {} for {}, process {}, kennel {}\n",
             status.healthy ? "running" : "NOT ANSWERING", status.note.url,
             to_duration(status.uptime_s), status.note.process, status.note.version);
  if (!status.healthy) fmt::print("  {}\n", status.complaint);
  fmt::print("  region {}, account {}, {} in {}\n", status.note.region, status.note.account,
             base::to_human_size(status.stored_bytes), folder.root.string());
}

}  // namespace

Result<int> run_status(const StatusCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  const Status status = look(folder);
  if (command.output.json) {
    print_json(folder, status);
  } else {
    print_text(folder, status);
  }
  if (!status.running) return kExitNotRunning;
  return status.healthy ? 0 : 1;
}

}  // namespace kennel::apps
