#include "apps/doctor.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/environment.h"
#include "apps/listen_address.h"
#include "apps/server_folder.h"
#include "apps/weights_search.h"
#include "compute/launcher.h"
#include "network/backbone.h"

namespace kennel::apps {
namespace {

using base::Path;
using base::Result;

enum class Verdict { kGood, kWarning, kBad };

struct Finding {
  std::string topic;
  Verdict verdict;
  std::string text;
  std::string remedy;  // empty: nothing to mend
};

std::string name_of(Verdict verdict) {
  if (verdict == Verdict::kGood) return "ok";
  return verdict == Verdict::kWarning ? "warning" : "missing";
}

// 0, or the errno of what a server would meet there.
int try_binding(const ListenAddress& listen) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_in);
  auto* four = reinterpret_cast<sockaddr_in*>(&storage);
  if (inet_pton(AF_INET, listen.address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(listen.port);
  } else {
    auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
    inet_pton(AF_INET6, listen.address.c_str(), &six->sin6_addr);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(listen.port);
    length = sizeof(sockaddr_in6);
  }
  const int descriptor = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const int result =
      ::bind(descriptor, reinterpret_cast<sockaddr*>(&storage), length) == 0 ? 0 : errno;
  ::close(descriptor);
  return result;
}

Finding check_port(const std::string& text, const ServerFolder& folder) {
  const auto listen = parse_listen_address(text);
  if (!listen) return {"port", Verdict::kBad, listen.error().message, "give another --listen"};
  if (is_running(folder)) {
    const auto note = read_note(folder);
    return {"port", Verdict::kGood,
            note ? fmt::format("this folder's server is running at {}", note->url)
                 : "this folder's server is starting",
            ""};
  }
  const int error = try_binding(*listen);
  if (error == 0) return {"port", Verdict::kGood, fmt::format("{} is free", text), ""};
  return {"port", Verdict::kBad, fmt::format("{}: {}", text, std::strerror(error)),
          "end what listens there (ss -ltnp shows it), or choose another with --listen"};
}

Path existing_parent(Path path) {
  while (!std::filesystem::exists(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

Finding check_disk(const ServerFolder& folder) {
  const Path place = existing_parent(folder.root);
  if (::access(place.c_str(), W_OK) != 0) {
    return {"disk", Verdict::kBad, fmt::format("{} cannot be written", place.string()),
            "choose another folder with --data or KENNEL_DATA"};
  }
  struct statvfs space{};
  if (::statvfs(place.c_str(), &space) != 0) {
    return {"disk", Verdict::kBad, std::strerror(errno), "choose another folder with --data"};
  }
  const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  const std::string text = fmt::format("{} free at {}", base::to_human_size(free), place.string());
  if (free < 100 * base::kMiB) return {"disk", Verdict::kBad, text, "free some space there"};
  if (free < 2 * base::kGiB) {
    return {"disk", Verdict::kWarning, text, "photos, models and logs will want more"};
  }
  return {"disk", Verdict::kGood, text, ""};
}

Finding check_memory() {
  struct sysinfo info{};
  if (::sysinfo(&info) != 0) return {"memory", Verdict::kWarning, std::strerror(errno), ""};
  const std::uint64_t total = static_cast<std::uint64_t>(info.totalram) * info.mem_unit;
  const std::string text = base::to_human_size(total);
  if (total < 2 * base::kGiB) {
    return {"memory", Verdict::kWarning, text, "training wants 2 GiB and more"};
  }
  return {"memory", Verdict::kGood, text, ""};
}

std::string processor_flags() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("flags")) return line + " ";
  }
  return {};
}

Finding check_processor() {
  const std::string flags = processor_flags();
  const std::string count = fmt::format("{} processors", thread_count(0));
  if (flags.find(" avx2 ") == std::string::npos) {
    return {"processor", Verdict::kWarning, count + " without AVX2", "expect slow training"};
  }
  const bool bf16 = flags.find("_bf16 ") != std::string::npos;
  return {"processor", Verdict::kGood, count + (bf16 ? ", bf16" : ", no bf16: f32 is used"), ""};
}

std::optional<Path> find_program(const std::string& name) {
  std::istringstream folders(environment_variable("PATH").value_or(""));
  std::string folder;
  while (std::getline(folders, folder, ':')) {
    Path path = Path(folder) / name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

// A program is really run in one.
Finding check_sandbox() {
  std::string scratch = (std::filesystem::temp_directory_path() / "kennel-doctor-XXXXXX").string();
  if (::mkdtemp(scratch.data()) == nullptr) {
    return {"sandbox", Verdict::kWarning, fmt::format("{}: {}", scratch, std::strerror(errno)),
            "it could not be tried: set TMPDIR to a folder that can be written"};
  }
  const auto launcher =
      compute::open_sandbox({.program = programs_folder() / "kennel-sandbox",
                             .server_name = fmt::format("doctor-{}", ::getpid())});
  const auto tried = compute::try_sandbox(*launcher, scratch);
  const std::string shortcomings = launcher->shortcomings();
  launcher->clean_up();
  base::PosixDisk().remove(scratch);
  if (!tried) return {"sandbox", Verdict::kWarning, tried.error().message, ""};
  if (!shortcomings.empty()) return {"sandbox", Verdict::kWarning, shortcomings, ""};
  return {"sandbox", Verdict::kGood, "training jobs can run in it", ""};
}

Finding check_python() {
  if (const auto program = find_program("python3")) {
    return {"python", Verdict::kGood, program->string(), ""};
  }
  return {"python", Verdict::kWarning, "no python3 on the PATH",
          "scripts that run as jobs want it: apt-get install python3"};
}

Finding check_weights() {
  const network::Backbone& backbone = network::all_backbones().front();
  const auto found = find_weights(backbone, std::nullopt);
  if (found) return {"weights", Verdict::kGood, found->string(), ""};
  return {"weights", Verdict::kWarning, fmt::format("none for {}", backbone.name),
          "make setup installs them; see kennel weights"};
}

Finding check_programs() {
  const Path folder = programs_folder();
  for (const char* name : {"kennel-train", "kennel-infer", "kennel-sandbox"}) {
    if (::access((folder / name).c_str(), X_OK) != 0) {
      return {"programs", Verdict::kBad, fmt::format("{} is not in {}", name, folder.string()),
              "keep all of kennel's programs in one folder"};
    }
  }
  return {"programs", Verdict::kGood, folder.string(), ""};
}

void print_json(const std::vector<Finding>& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"topic", finding.topic},
                    {"verdict", name_of(finding.verdict)},
                    {"text", finding.text},
                    {"remedy", finding.remedy}});
  }
  fmt::print("{}\n", list.dump());
}

void print_text(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    fmt::print("{:<8} {:<10} {}\n", name_of(finding.verdict), finding.topic, finding.text);
    if (!finding.remedy.empty()) fmt::print("{:<20}{}\n", "", finding.remedy);
  }
}

}  // namespace

Result<int> run_doctor(const DoctorCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  const std::vector<Finding> findings{check_port(command.listen, folder),
                                      check_disk(folder),
                                      check_memory(),
                                      check_processor(),
                                      check_programs(),
                                      check_weights(),
                                      check_python(),
                                      check_sandbox()};
  if (command.output.json) {
    print_json(findings);
  } else {
    print_text(findings);
  }
  const bool bad = std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.verdict == Verdict::kBad; });
  return bad ? 1 : 0;
}

}  // namespace kennel::apps
