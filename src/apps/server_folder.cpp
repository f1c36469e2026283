#include "apps/server_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace kennel::apps {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::uint64_t kFileBytesMax = 64 * base::kKiB;
constexpr const char* kDefaultAccount = "000000000000";

base::Result<json> read_object(const base::Path& file) {
  KENNEL_TRY(const base::Bytes bytes, base::read_file(file, kFileBytesMax));
  json object = json::parse(base::as_text(bytes), nullptr, false);
  if (!object.is_object()) {
    return base::fail(ErrorKind::kCorrupt,
                      fmt::format("{} does not hold a JSON object", file.string()));
  }
  return object;
}

bool is_account(const std::string& text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos;
}

base::Error running_already(const ServerFolder& folder) {
  const auto note = read_note(folder);
  const std::string where =
      note ? fmt::format(" (process {}, {})", note->process, note->url) : std::string();
  return {ErrorKind::kConflict,
          fmt::format("a server runs on {} already{}; use that one, end it, or give this one "
                      "another folder with --data",
                      folder.root.string(), where)};
}

}  // namespace

void write_note(base::Disk& disk, const ServerFolder& folder, const ServerNote& note) {
  const json object{{"process", note.process},      {"url", note.url},
                    {"https_url", note.https_url},  {"region", note.region},
                    {"account", note.account},      {"version", note.version},
                    {"started_ms", note.started_ms}};
  base::write_atomically(disk, folder.note(), object.dump(2) + "\n");
}

base::Result<ServerNote> read_note(const ServerFolder& folder) {
  const auto object = read_object(folder.note());
  if (!object && object.error().kind == ErrorKind::kNotFound) {
    return base::fail(
        ErrorKind::kNotFound,
        fmt::format("no server runs on {}; start one with kennel up", folder.root.string()));
  }
  if (!object) return tl::unexpected(object.error());
  ServerNote note;
  note.process = object->value("process", std::int64_t{0});
  note.url = object->value("url", "");
  note.https_url = object->value("https_url", "");
  note.region = object->value("region", "");
  note.account = object->value("account", "");
  note.version = object->value("version", "");
  note.started_ms = object->value("started_ms", std::int64_t{0});
  return note;
}

base::Result<FolderLock> FolderLock::take(const ServerFolder& folder) {
  const int descriptor = ::open(folder.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) throw base::DiskError("open", folder.lock(), errno);
  FolderLock lock(descriptor);
  // `kennel status` holds it for a moment to look.
  constexpr int kAttempts = 20;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    ::usleep(10'000);
  }
  return tl::unexpected(running_already(folder));
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool is_running(const ServerFolder& folder) {
  const int descriptor = ::open(folder.lock().c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0;
  ::close(descriptor);
  return held;
}

base::Result<std::string> open_account(base::Disk& disk, const ServerFolder& folder,
                                       const std::optional<std::string>& given) {
  if (given && !is_account(*given)) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("--account is \"{}\": an AWS account has 12 digits", *given));
  }
  if (!std::filesystem::exists(folder.account())) {
    std::string account = given.value_or(kDefaultAccount);
    base::write_atomically(disk, folder.account(), json{{"account", account}}.dump() + "\n");
    return account;
  }
  KENNEL_TRY(const json object, read_object(folder.account()));
  std::string account = object.value("account", "");
  if (!is_account(account)) {
    return base::fail(ErrorKind::kCorrupt,
                      fmt::format("{} does not hold an account", folder.account().string()));
  }
  if (given && *given != account) {
    return base::fail(ErrorKind::kConflict,
                      fmt::format("{} belongs to account {}; leave --account {} out, or give it a "
                                  "folder of its own with --data",
                                  folder.root.string(), account, *given));
  }
  return account;
}

}  // namespace kennel::apps
