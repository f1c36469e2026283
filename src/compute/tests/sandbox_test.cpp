// What a program in the sandbox cannot do.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>

#include "compute/tests/launched.h"

namespace kennel::compute {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::string_literals;

class SandboxTest : public testing::Test, public Launched<Sandboxed> {
 public:
  ~SandboxTest() override { launcher->clean_up(); }

 protected:
  // An original of the server's, shown to the instance through an overlay.
  InstanceSpec with_input(const std::string& script) {
    const base::Path lower = scratch.path() / "inputs" / "train";
    std::filesystem::create_directories(lower);
    std::ofstream(lower / "a.txt") << "original";
    InstanceSpec one = shell(script);
    one.overlays = {{scratch.path() / "inputs", "/opt/ml/input/data"}};
    return one;
  }

  std::string original() {
    std::ifstream file(scratch.path() / "inputs/train/a.txt");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(SandboxTest, CanBeHadHere) { EXPECT_TRUE(try_sandbox(*launcher, scratch.path() / "trial")); }

TEST_F(SandboxTest, ShowsItsInputsAndKeepsTheirOriginals) {
  struct stat before{};
  const InstanceSpec spec = with_input(
      "cd /opt/ml/input/data/train && cat a.txt && chmod 600 a.txt && echo more >> a.txt && "
      ": > b.txt && mv a.txt c.txt && cat c.txt");
  ASSERT_EQ(::stat((scratch.path() / "inputs/train/a.txt").c_str(), &before), 0);
  const Ended ended = run(spec);
  EXPECT_EQ(ended.said, "originaloriginalmore\n");
  EXPECT_EQ(ended.exit.code, 0);
  EXPECT_EQ(original(), "original");
  struct stat after{};
  ASSERT_EQ(::stat((scratch.path() / "inputs/train/a.txt").c_str(), &after), 0);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_ino, before.st_ino);
}

TEST_F(SandboxTest, TakesAFolderWithAnyName) {
  const base::Path lower = scratch.path() / "a:b,upperdir=c\\ d";
  std::filesystem::create_directories(lower);
  std::ofstream(lower / "a.txt") << "text";
  InstanceSpec spec = shell(
      "cat /opt/ml/input/data/a.txt && rm -r /opt/ml/input/data/* && "
      "mkdir /opt/ml/input/data/a.txt");
  spec.overlays = {{lower, "/opt/ml/input/data"}};
  const Ended ended = run(spec);
  EXPECT_EQ(ended.said, "text");
  EXPECT_EQ(ended.exit.code, 0);
}

TEST_F(SandboxTest, TellsWhereWhatWasWrittenLies) {
  const InstanceSpec spec = with_input("echo new > /opt/ml/input/data/train/new.txt");
  const auto instance = launch(spec);
  EXPECT_EQ(wait_for(*instance).code, 0);
  const base::Path upper = instance->upper("/opt/ml/input/data");
  EXPECT_TRUE(std::filesystem::exists(upper / "train/new.txt"));
  EXPECT_FALSE(std::filesystem::exists(upper / "train/a.txt"));
  EXPECT_EQ(instance->upper("/elsewhere"), base::Path());
}

TEST_F(SandboxTest, HidesTheServersFilesAndOtherJobs) {
  std::ofstream(scratch.path() / "master.key") << "secret";
  std::filesystem::create_directories(scratch.path() / "algo-9" / "ml");
  const Ended ended =
      run(shell(fmt::format("ls {0} {0}/master.key {0}/algo-9 /etc/shadow /etc/ssh /home; true",
                            scratch.path().string())));
  EXPECT_THAT(ended.said, Not(HasSubstr("master.key\n")));
  std::size_t missing = 0;
  for (std::size_t at = 0; (at = ended.said.find("No such file", at)) != std::string::npos; ++at) {
    ++missing;
  }
  EXPECT_EQ(missing, 6) << ended.said;
}

TEST_F(SandboxTest, CanBeWrittenToInItsOwnPlacesOnly) {
  const Ended ended =
      run(shell("for place in / /etc /usr /usr/bin /opt /opt/ml/input/config /proc/sys/kernel; do "
                "(: > $place/file) 2>/dev/null && echo wrote $place; done; "
                "for place in /tmp /var/tmp /root /dev/shm /opt/ml/model /opt/ml; do "
                "(: > $place/file) 2>/dev/null || echo cannot write $place; done"));
  EXPECT_EQ(ended.said, "");
}

// Its user is the server's, who owns them: with nothing but what they are now, so that no harm is
// done where it can.
TEST_F(SandboxTest, ChangesNoDeviceAndNoSettingOfTheKernel) {
  const Ended ended =
      run(shell("for node in null zero full random urandom tty; do "
                "chmod 666 /dev/$node 2>/dev/null && echo changed $node; done; "
                "for name in sys/kernel/core_pattern sys/vm/swappiness sys/kernel/panic; do "
                "value=$(cat /proc/$name) && (echo \"$value\" > /proc/$name) 2>/dev/null && "
                "echo wrote $name; done; find /proc -maxdepth 4 -type f -writable "
                "! -path '/proc/[0-9]*' ! -path '/proc/self/*' ! -path '/proc/thread-self/*' "
                "2>/dev/null; echo done; echo x > /dev/null && head -c 3 /dev/zero | wc -c"));
  EXPECT_EQ(ended.said, "done\n3\n");
}

// Whoever asks for a job chooses its environment, and may have put a library among its inputs.
TEST_F(SandboxTest, KeepsTheEnvironmentFromWhatRunsOutside) {
  InstanceSpec spec = shell("echo inside");
  spec.environment["LD_PRELOAD"] = "/no/such/library.so";
  const Ended ended = run(spec);
  const std::string complaint = "cannot be preloaded";
  EXPECT_EQ(ended.said.find(complaint), ended.said.rfind(complaint)) << ended.said;
  EXPECT_THAT(ended.said, HasSubstr("inside\n"));
}

TEST_F(SandboxTest, TakesAVariableForNothingElse) {
  InstanceSpec spec = shell("echo \"$ODD\"; ls /everything");
  spec.environment["ODD"] = "one\0--bind\0/\0/everything"s;
  EXPECT_THAT(run(spec).said, testing::AllOf(HasSubstr("one\n"), HasSubstr("No such file")));
}

TEST_F(SandboxTest, HidesTheServersKeys) {
  EXPECT_NE(run(shell("ls /etc/ssl/private")).exit.code, 0);
  EXPECT_EQ(run(shell("ls /etc/ssl/certs > /dev/null")).exit.code, 0);
}

TEST_F(SandboxTest, LeavesWhatAJobWroteToItsOwnerOnly) {
  const InstanceSpec spec = shell("cp /bin/true /opt/ml/model && chmod 4755 /opt/ml/model/true");
  (void)run(spec);
  EXPECT_EQ(std::filesystem::status(spec.folder).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(SandboxTest, SeesItsOwnProcessesOnly) {
  const Ended ended = run(shell("ls -d /proc/[0-9]* | wc -l"));
  EXPECT_LE(std::stoi(ended.said), 4);
}

TEST_F(SandboxTest, HasItsOwnNameAndHosts) {
  InstanceSpec spec = shell("hostname; getent hosts algo-2");
  spec.hosts = {{"algo-1", "127.3.7.1"}, {"algo-2", "127.3.7.2"}};
  const Ended ended = run(spec);
  EXPECT_THAT(ended.said, HasSubstr("algo-1\n127.3.7.2"));
}

TEST_F(SandboxTest, ShowsWhatItIsGivenToReadAndLetsItBe) {
  const base::Path tools = scratch.path() / "tools";
  std::filesystem::create_directories(tools);
  std::ofstream(tools / "a") << "tool";
  InstanceSpec spec =
      shell(fmt::format("cat /opt/tools/a; (echo x > /opt/tools/a) 2>/dev/null || "
                        "echo; echo kept"));
  spec.read_only = {{tools, "/opt/tools"}};
  EXPECT_EQ(run(spec).said, "tool\nkept\n");
}

TEST_F(SandboxTest, NeverShowsTheServersFolder) {
  const base::Path server = scratch.path() / "home/data";
  std::filesystem::create_directories(server / "jobs");
  std::ofstream(server / "master.key") << "secret";
  std::ofstream(scratch.path() / "home/script.py") << "script";
  std::filesystem::create_directory_symlink(scratch.path() / "home", scratch.path() / "link");
  launcher = open_sandbox({.program = KENNEL_SANDBOX,
                           .server_name = "test-" + std::to_string(::getpid()),
                           .hidden = scratch.path() / "link/data"});
  InstanceSpec spec = shell(
      "cd /opt/tools && ls && cat home/script.py && ls home/data && "
      "cat home/data/master.key link/data/master.key");
  spec.folder = server / "jobs/one";
  std::filesystem::create_directories(spec.folder);
  spec.read_only = {{scratch.path(), "/opt/tools"}};
  const Ended ended = run(spec);
  EXPECT_THAT(ended.said, HasSubstr("script"));
  EXPECT_THAT(ended.said, Not(HasSubstr("secret")));
  EXPECT_THAT(ended.said, Not(HasSubstr("master.key\n")));
  EXPECT_NE(ended.exit.code, 0);
}

// Each of these is a way out, or a way to the kernel's less trodden parts.
TEST_F(SandboxTest, RefusesSystemCallsThatNoJobNeeds) {
  const std::string script = R"(
import ctypes, os, errno
libc = ctypes.CDLL(None, use_errno=True)
calls = {"unshare": (272, 0x10000000), "mount": (165, 0, 0, 0, 0, 0), "ptrace": (101, 0, 0, 0, 0),
         "keyctl": (250, 0, 0), "add_key": (248, 0, 0, 0, 0, 0), "bpf": (321, 0, 0, 0),
         "io_uring_setup": (425, 1, 0), "perf_event_open": (298, 0, 0, 0, 0, 0),
         "setns": (308, 0, 0), "userfaultfd": (323, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
         "init_module": (175, 0, 0, 0), "reboot": (169, 0, 0, 0, 0), "pivot_root": (155, 0, 0),
         "open_by_handle_at": (304, 0, 0, 0), "clone of a user namespace": (56, 0x10000011, 0, 0, 0, 0),
         "chroot": (161, 0), "swapon": (167, 0, 0), "kexec_load": (246, 0, 0, 0, 0)}
for name, call in calls.items():
    ctypes.set_errno(0)
    result = libc.syscall(*call)
    if result == 0 and name.startswith("clone"): os._exit(0)
    if result != -1 or ctypes.get_errno() != errno.EPERM:
        print(name, result, ctypes.get_errno(), flush=True)
ctypes.set_errno(0)
if libc.syscall(435, 0, 0) != -1 or ctypes.get_errno() != errno.ENOSYS: print("clone3")
if libc.syscall(41, 40, 1, 0) != -1: print("vsock")
print("done")
)";
  EXPECT_EQ(run(spec({"/usr/bin/python3", "-c", script})).said, "done\n");
}

TEST_F(SandboxTest, GivesNoCapability) {
  const Ended ended =
      run(shell("grep -E 'CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status"));
  EXPECT_THAT(ended.said, HasSubstr("CapPrm:\t0000000000000000"));
  EXPECT_THAT(ended.said, HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(ended.said, HasSubstr("CapBnd:\t0000000000000000"));
  EXPECT_THAT(ended.said, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(ended.said, HasSubstr("Seccomp:\t2"));
}

TEST_F(SandboxTest, LetsThreadsProcessesAndSocketsBe) {
  const std::string script = R"(
import threading, subprocess, socket, multiprocessing, tempfile
t = threading.Thread(target=lambda: print("thread", flush=True)); t.start(); t.join()
print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout, end="", flush=True)
s = socket.socket(); s.bind(("127.9.8.7", 0)); s.listen()
c = socket.create_connection(s.getsockname()); c.close()
multiprocessing.get_context("fork").Lock()
tempfile.TemporaryFile().write(b"x")
print("done")
)";
  EXPECT_EQ(run(spec({"/usr/bin/python3", "-c", script})).said, "thread\nchild\ndone\n");
}

TEST_F(SandboxTest, IsolatedInstancesReachEachOtherAndNobodyElse) {
  const std::string listen = R"(
import socket
s = socket.socket(); s.bind(("127.3.7.1", 7890)); s.listen()
print("listening", flush=True)
c, _ = s.accept(); print(c.recv(99).decode(), flush=True)
)";
  const std::string talk = R"(
import socket, sys
c = socket.create_connection(("127.3.7.1", 7890)); c.send(b"hello from algo-2"); c.close()
for line in open("/proc/net/dev").read().splitlines()[2:]: print(line.split(":")[0].strip())
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1); print("reached the server")
except OSError: print("alone")
)";
  // A server of ours that listens outside.
  const int outside = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(outside, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(outside, 1), 0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::getsockname(outside, reinterpret_cast<sockaddr*>(&address), &size), 0);
  InstanceSpec first = spec({"/usr/bin/python3", "-c", listen});
  InstanceSpec second =
      spec({"/usr/bin/python3", "-c", talk, std::to_string(ntohs(address.sin_port))}, "algo-2");
  for (InstanceSpec* one : {&first, &second}) {
    one->isolated = true;
    one->network_name = "job";
  }
  const auto listening = launch(first);
  read_until(*listening, "listening");
  EXPECT_EQ(run(second).said, "lo\nalone\n");
  EXPECT_EQ(read_until(*listening, ""), "hello from algo-2\n");
  ::close(outside);
}

}  // namespace
}  // namespace kennel::compute
