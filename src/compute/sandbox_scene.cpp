#include "compute/sandbox_scene.h"

#include <fmt/format.h>

#include <array>

namespace kennel::compute {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSystemFolders{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
// What programs look up in /etc; nothing that is a secret.
constexpr std::array kSettings{"alternatives",
                               "ca-certificates",
                               "ca-certificates.conf",
                               "fonts",
                               "gai.conf",
                               "group",
                               "host.conf",
                               "ld.so.cache",
                               "ld.so.conf",
                               "ld.so.conf.d",
                               "locale.alias",
                               "localtime",
                               "magic",
                               "mime.types",
                               "nsswitch.conf",
                               "os-release",
                               "passwd",
                               "pki/ca-trust",
                               "pki/tls/cert.pem",
                               "pki/tls/certs",
                               "pki/tls/openssl.cnf",
                               "profile",
                               "protocols",
                               "python3",
                               "python3.11",
                               "python3.12",
                               "resolv.conf",
                               "services",
                               "ssl/cert.pem",
                               "ssl/certs",
                               "ssl/openssl.cnf",
                               "timezone",
                               "OpenCL"};

class Words {
 public:
  void add(std::initializer_list<std::string> words) {
    words_.insert(words_.end(), words.begin(), words.end());
  }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

// Of links to it only what they lead to counts.
base::Path resolved(const base::Path& path) {
  std::error_code error;
  const base::Path real = fs::weakly_canonical(path, error);
  return error ? path : real;
}

void add_read_only(Words& words, const ReadOnlyMount& mount, const base::Path& hidden) {
  words.add({"--ro-bind-try", mount.from.string(), mount.to.string()});
  std::error_code error;
  if (!fs::is_directory(hidden, error)) return;
  const base::Path inside = resolved(hidden).lexically_relative(resolved(mount.from));
  if (inside.empty() || *inside.begin() == "..") return;
  const std::string covered = (mount.to / inside).lexically_normal().string();
  words.add({"--tmpfs", covered, "--remount-ro", covered});
}

void add_system(Words& words, const base::Path& hidden) {
  for (const char* folder : kSystemFolders) {
    std::error_code error;
    if (fs::is_symlink(folder, error)) {
      words.add({"--symlink", fs::read_symlink(folder, error).string(), folder});
    } else if (fs::is_directory(folder, error)) {
      add_read_only(words, {folder, folder}, hidden);
    }
  }
  for (const char* name : kSettings) {
    const std::string file = std::string("/etc/") + name;
    words.add({"--ro-bind-try", file, file});
  }
}

void add_own(Words& words, const InstanceSpec& spec) {
  const base::Path tmp = spec.folder / "tmp";
  const base::Path ml = spec.folder / "ml";
  // Read-only in the end: the kernel's settings in it are root's, and so may we be.
  words.add({"--proc", "/proc", "--dev", "/dev"});
  // How many cores there are, and how they lie: number crunchers look.
  words.add({"--ro-bind-try", "/sys/devices/system", "/sys/devices/system"});
  words.add({"--ro-bind", (spec.folder / "hosts").string(), "/etc/hosts"});
  words.add({"--bind", tmp.string(), "/tmp", "--bind", tmp.string(), "/var/tmp"});
  words.add({"--bind", (spec.folder / "home").string(), "/root"});
  words.add({"--bind", ml.string(), "/opt/ml"});
  const base::Path config = "input/config";
  words.add({"--ro-bind", (ml / config).string(), "/opt/ml" / config});
}

}  // namespace

std::vector<LaidOverlay> lay_overlays(const InstanceSpec& spec) {
  std::vector<LaidOverlay> laid;
  for (const Overlay& overlay : spec.overlays) {
    const base::Path folder = spec.folder / "overlays" / std::to_string(laid.size());
    laid.push_back({overlay, folder / "upper", folder / "work", folder / "merged"});
  }
  return laid;
}

std::string hosts_file(const InstanceSpec& spec) {
  std::string text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
  for (const HostAddress& host : spec.hosts) {
    text += fmt::format("{} {}\n", host.address, host.name);
  }
  return text;
}

std::vector<std::string> bubblewrap_words(const InstanceSpec& spec,
                                          const std::vector<LaidOverlay>& overlays,
                                          const base::Path& hidden) {
  Words words;
  words.add({"--die-with-parent", "--unshare-user-try", "--unshare-pid", "--unshare-ipc"});
  // What an instance sends to its group is not for bubblewrap.
  words.add({"--new-session"});
  words.add({"--unshare-uts", "--unshare-cgroup-try", "--hostname", spec.host});
  words.add({"--uid", "0", "--gid", "0", "--cap-drop", "ALL", "--info-fd", "3", "--args", "4"});
  add_system(words, hidden);
  add_own(words, spec);
  for (const ReadOnlyMount& mount : spec.read_only) {
    add_read_only(words, mount, hidden);
  }
  for (const LaidOverlay& laid : overlays) {
    words.add({"--bind", laid.merged.string(), laid.overlay.to.string()});
  }
  words.add({"--remount-ro", "/proc", "--remount-ro", "/", "--chdir", "/opt/ml", "--"});
  std::vector<std::string> all = words.take();
  all.insert(all.end(), spec.command.begin(), spec.command.end());
  return all;
}

}  // namespace kennel::compute
