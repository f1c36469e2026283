#include "apps/up.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "apps/client_files.h"
#include "apps/environment.h"
#include "apps/platform.h"
#include "apps/server_signals.h"
#include "base/clock.h"
#include "base/shell_word.h"

namespace kennel::apps {
namespace {

using base::Result;

constexpr int kDrainSeconds = 30;
constexpr std::chrono::seconds kTidyPeriod{10};

// Bodies come and go in pieces of up to a MiB: kept, rather than asked of the system each time. Two
// heaps for all threads: with one for each, listing ten thousand jobs again and again kept 16 MiB
// more.
void arrange_memory() {
  constexpr int kPieceBytesMax = 4 << 20;
  constexpr int kKeptBytesMax = 32 << 20;
  constexpr int kHeapsMax = 2;
  (void)::mallopt(M_ARENA_MAX, kHeapsMax);
  (void)::mallopt(M_MMAP_THRESHOLD, kPieceBytesMax);
  (void)::mallopt(M_TRIM_THRESHOLD, kKeptBytesMax);
}

Result<void> check_exposure(const UpCommand& command, const ListenAddress& listen) {
  if (is_loopback(listen.address) || command.tls || command.allow_plaintext) return {};
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("{} can be reached by other machines, and plain HTTP shows them "
                                "everything but the secret keys: add --tls, or --allow-plaintext "
                                "if a trusted network is all that reaches it",
                                command.listen));
}

// What AWS's SDKs take for a region of the partition "aws": clients go nowhere with another.
bool is_region(std::string_view text) {
  constexpr std::array<std::string_view, 9> kAreas{"us", "eu", "ap", "sa", "ca",
                                                   "me", "af", "il", "mx"};
  const std::size_t first = text.find('-');
  const std::size_t last = text.rfind('-');
  if (first == last || std::ranges::find(kAreas, text.substr(0, first)) == kAreas.end()) {
    return false;
  }
  const std::string_view place = text.substr(first + 1, last - first - 1);
  const std::string_view number = text.substr(last + 1);
  return !place.empty() && !number.empty() &&
         place.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<void> check_region(const std::string& region) {
  if (is_region(region)) return {};
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("--region is \"{}\": AWS's clients know no such region; give one "
                                "such as us-east-1 or eu-central-1",
                                region));
}

ServerNote make_note(const PlatformOptions& options, const ListenAddress& bound) {
  const std::string authority = client_authority(bound);
  ServerNote note;
  note.process = ::getpid();
  note.https_url = "https://" + authority;
  note.url = (options.tls_only ? "https://" : "http://") + authority;
  note.region = options.region;
  note.account = options.account;
  note.version = KENNEL_VERSION;
  note.started_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                        base::SystemClock().calendar_now().time_since_epoch())
                        .count();
  return note;
}

void say_ready(const UpCommand& command, const ServerFolder& folder, const ServerNote& note) {
  if (command.json_logs) {
    fmt::print("{}\n", nlohmann::json{{"event", "ready"},
                                      {"url", note.url},
                                      {"region", note.region},
                                      {"account", note.account},
                                      {"data", folder.root.string()}}
                           .dump());
  } else {
    const std::string data =
        command.data ? " --data " + base::to_shell_word(command.data->string()) : std::string();
    fmt::print(
        "kennel {} is ready at {}{}\n"
        "  region {}, account {}, data in {}\n"
        "  in another terminal:  eval \"$(kennel env{})\"\n"
        "  and then:             aws s3 mb s3://photos\n"
        "  note: policies are kept but not yet enforced; whoever holds a valid key of this account "
        "may do everything (docs/security.md)\n",
        note.version, note.url, note.url == note.https_url ? "" : " (HTTPS too)", note.region,
        note.account, folder.root.string(), data);
  }
  std::fflush(stdout);
}

void say_ending(const UpCommand& command) {
  if (command.json_logs) {
    fmt::print("{}\n", nlohmann::json{{"event", "draining"}}.dump());
  } else {
    fmt::print("kennel: ending; requests in flight have {} s\n", kDrainSeconds);
  }
  std::fflush(stdout);
}

void make_private_folder(base::Disk& disk, const base::Path& folder) {
  const bool made = !std::filesystem::exists(folder);
  disk.make_folders(folder);
  if (made && ::chmod(folder.c_str(), 0700) != 0) {
    throw base::DiskError("close to others", folder, errno);
  }
}

}  // namespace

Result<int> run_up(const UpCommand& command) {
  KENNEL_TRY(const ListenAddress listen, parse_listen_address(command.listen));
  KENNEL_TRY_VOID(check_exposure(command, listen));
  KENNEL_TRY_VOID(check_region(command.region));
  hold_signals();
  raise_descriptor_limit();
  arrange_memory();
  base::PosixDisk disk;
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  make_private_folder(disk, folder.root);
  KENNEL_TRY(const FolderLock lock, FolderLock::take(folder));
  PlatformOptions options;
  options.folder = folder;
  options.listen = listen;
  options.region = command.region;
  options.tls_only = command.tls;
  options.json_logs = command.json_logs;
  options.quiet = command.quiet;
  options.data_events = command.data_events;
  options.domains = command.domains;
  options.sandbox = !command.no_sandbox;
  options.strict_capacity = command.strict_capacity;
  options.job_paths = command.job_paths;
  KENNEL_TRY(options.account, open_account(disk, folder, command.account));
  KENNEL_TRY(const std::unique_ptr<Platform> platform, Platform::start(disk, options));
  const ServerNote note = make_note(options, platform->address());
  write_client_files(disk, folder, note);
  write_note(disk, folder, note);
  say_ready(command, folder, note);
  wait_for_end(kTidyPeriod, [&] { platform->tidy(); });
  say_ending(command);
  let_a_second_signal_end_us();
  platform->drain(kDrainSeconds);
  disk.remove(folder.note());
  return 0;
}

}  // namespace kennel::apps
