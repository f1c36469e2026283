// Launching the instances of a job: process trees that see a folder of the training contract at
// /opt/ml, and as little else as can be had.
//
// A launcher is safe from several threads; an instance belongs to the thread that launched it,
// which must live as long: with that thread, or with the whole server, however it ends, the
// instance ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::compute {

struct HostAddress {
  std::string name;     // "algo-1"
  std::string address;  // "127.3.7.1"
};

struct ReadOnlyMount {
  base::Path from;  // on the server
  base::Path to;    // as the instance sees it
};

// A writable view, at `to`, of a folder that stays as it is.
struct Overlay {
  base::Path lower;
  base::Path to;
};

// 0: no limit.
struct Limits {
  std::uint64_t memory_bytes = 0;
  int processes_max = 4096;
  double cores = 0;
  std::uint64_t disk_bytes = 0;  // of all that it writes
};

struct InstanceSpec {
  std::string host;
  std::vector<HostAddress> hosts;  // of the whole job
  // The instance's own on the server: folder/"ml" is what it sees as /opt/ml, with the folders of
  // the contract in it; beside it the launcher makes what it needs.
  base::Path folder;
  std::vector<std::string> command;                // looked up in PATH, inside
  std::map<std::string, std::string> environment;  // all of it: nothing is inherited
  std::vector<ReadOnlyMount> read_only;            // beside the system's own
  std::vector<Overlay> overlays;
  Limits limits;
  bool isolated = false;     // no network but a loopback that the job's instances share
  std::string network_name;  // of the job
};

struct Exit {
  int code = 0;  // 128 + n where signal n ended it
  bool out_of_memory = false;
  bool over_disk = false;
};

class Instance {
 public:
  // Kills whatever is left, and waits for it.
  virtual ~Instance() = default;
  // A descriptor that does not block: standard output and error as they come; it ends where nobody
  // is left to write.
  [[nodiscard]] virtual int output() const = 0;
  // How the program ended, once it has. Also looks at what is written, now and then.
  [[nodiscard]] virtual std::optional<Exit> poll() = 0;
  // SIGTERM to the program.
  virtual void terminate() = 0;
  // Everything, at once.
  virtual void kill() = 0;
  // Where, on the server, lies what was written to an overlay.
  [[nodiscard]] virtual base::Path upper(const base::Path& to) const = 0;
};

class Launcher {
 public:
  virtual ~Launcher() = default;
  // kInvalid: it cannot be launched; the message says why.
  [[nodiscard]] virtual base::Result<std::unique_ptr<Instance>> launch(
      const InstanceSpec& spec) = 0;
  // False: overlays are no views but the folders themselves, so give copies.
  [[nodiscard]] virtual bool shields_inputs() const = 0;
  // What an earlier process of this server left behind. Once, at the start.
  virtual void clean_up() = 0;
  // What cannot be held to here, for people; empty where all can.
  [[nodiscard]] virtual std::string shortcomings() const = 0;
};

struct LauncherOptions {
  base::Path program;       // kennel-sandbox, which sets the scene and becomes the instance
  std::string server_name;  // tells this server's cgroups from another's
  base::Path hidden = {};   // never shown, whatever is mounted around it: the server's own folder
};

// Namespaces through bubblewrap, a seccomp filter, overlays, cgroups. Where those are not to be had
// every launch is refused, and the message says what is missing and what to do.
[[nodiscard]] std::unique_ptr<Launcher> open_sandbox(LauncherOptions options);
// Whether they are to be had here; `scratch` is a folder for the trial.
[[nodiscard]] base::Result<void> try_sandbox(Launcher& launcher, const base::Path& scratch);
// Processes as they are, in cgroups where those can be had; SAGEMAKER_BASE_DIR stands for /opt/ml.
[[nodiscard]] std::unique_ptr<Launcher> open_plain(LauncherOptions options);

}  // namespace kennel::compute
