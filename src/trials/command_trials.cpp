#include "trials/command_trials.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/shell_word.h"
#include "compute/child_process.h"
#include "compute/line_metric.h"
#include "compute/line_splitter.h"
#include "compute/pipe.h"
#include "compute/sandbox/guard.h"

namespace kennel::trials {
namespace {

using base::ErrorKind;

constexpr std::chrono::seconds kGrace{10};
constexpr int kLookEveryMs = 50;

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_' || letter == '-';
  });
}

// The name in braces that a text begins with, if it does.
std::optional<std::string_view> braced_name(std::string_view text) {
  const std::size_t close = text.find('}');
  if (!text.starts_with('{') || close == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(1, close - 1);
  return is_name(name) ? std::optional(name) : std::nullopt;
}

// A text with names in braces, apart: even pieces are text, odd ones names. Braces around anything
// else, as shells and awk have them, are text; {{name}} is the text {name}.
std::vector<std::string> pieces_of(std::string_view command) {
  std::vector<std::string> pieces{""};
  while (!command.empty()) {
    const bool dollar = pieces.back().ends_with('$');
    const auto doubled = braced_name(command.substr(1));
    if (command.starts_with('{') && doubled &&
        command.substr(doubled->size() + 3).starts_with('}')) {
      pieces.back() += fmt::format("{{{}}}", *doubled);
      command.remove_prefix(doubled->size() + 4);
    } else if (const auto name = braced_name(command); name && !dollar) {
      pieces.emplace_back(*name);
      std::ranges::replace(pieces.back(), '-', '_');
      pieces.emplace_back();
      command.remove_prefix(name->size() + 2);
    } else {
      pieces.back() += command.front();
      command.remove_prefix(1);
    }
  }
  return pieces;
}

bool names(const std::vector<std::string>& pieces, const std::string& name) {
  for (std::size_t place = 1; place < pieces.size(); place += 2) {
    if (pieces[place] == name) return true;
  }
  return false;
}

std::map<std::string, std::string> whole_environment() {
  std::map<std::string, std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string text = *one;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

// One run of a command, from its start to its end.
class CommandRun {
 public:
  CommandRun(const CommandOptions& options, std::unique_ptr<base::WritableFile> log,
             const TrialTask& task, const std::function<void(int, double)>& on_epoch)
      : metric_(options.metric),
        guard_(options.guard),
        log_(std::move(log)),
        task_(task),
        on_epoch_(on_epoch) {}

  TrialReturn run(const std::string& command) {
    auto child = compute::ChildProcess::start(
        {guard_, "guard", std::to_string(::getpid()), "--", "/bin/sh", "-c", command},
        whole_environment(), pipe_.write, {});
    if (!child) return {Return::kFailed, child.error().message};
    pipe_.close_write();
    while (read_on(*child)) {
    }
    take(splitter_.finish());
    return conclude(code_.value_or(0));
  }

 private:
  // False at the end: nobody is left to write, or the command has ended and what it left is read.
  bool read_on(compute::ChildProcess& child) {
    stop_if_told(child);
    pollfd waiting{pipe_.read, POLLIN, 0};
    const bool readable = ::poll(&waiting, 1, kLookEveryMs) > 0;
    if (!code_) code_ = child.poll();
    if (!readable) return !code_;
    char bytes[16384];
    const ssize_t count = ::read(pipe_.read, bytes, sizeof(bytes));
    if (count > 0) {
      const std::string_view text(bytes, static_cast<std::size_t>(count));
      log_->append(base::as_bytes(text));
      take(splitter_.push(text, std::chrono::system_clock::now()));
      return true;
    }
    // Output ended, though the command may go on.
    while (!code_) {
      stop_if_told(child);
      child.wait(std::chrono::milliseconds(kLookEveryMs));
      code_ = child.poll();
    }
    return false;
  }

  void stop_if_told(const compute::ChildProcess& child) {
    if (!task_.stop) return;
    const auto now = std::chrono::steady_clock::now();
    if (!told_) {
      child.signal_group(SIGTERM);
      told_ = now;
    } else if (now - *told_ > kGrace) {
      child.signal(compute::kEndsInstance);
    }
  }

  void take(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      if (!line.empty()) last_line_ = line;
      for (const double value : metric_.scan(line)) {
        ++epochs_;
        if (!task_.stop) on_epoch_(epochs_, value);
      }
    }
  }

  [[nodiscard]] TrialReturn conclude(int code) const {
    if (task_.stop) return {Return::kStopped, ""};
    if (code != 0) {
      return {Return::kFailed, fmt::format("exit code {}: {}", code, last_line_)};
    }
    if (epochs_ == 0) {
      return {Return::kFailed,
              fmt::format("it printed no line that matches; the last one was: {}", last_line_)};
    }
    return {};
  }

  compute::LineMetric metric_;
  std::string guard_;
  std::unique_ptr<base::WritableFile> log_;
  const TrialTask& task_;
  const std::function<void(int, double)>& on_epoch_;
  compute::Pipe pipe_;
  compute::LineSplitter splitter_;
  std::optional<int> code_;
  std::optional<std::chrono::steady_clock::time_point> told_;
  std::string last_line_;
  int epochs_ = 0;
};

}  // namespace

base::Result<void> validate(const CommandOptions& options, const tune::Space& space,
                            bool promotes) {
  const auto wrong = [](std::string message) {
    return base::fail(ErrorKind::kInvalid, std::move(message));
  };
  if (const auto fault = compute::find_regex_fault(options.metric)) {
    return wrong(fmt::format("--metric \"{}\" {}", options.metric, *fault));
  }
  const auto pieces = pieces_of(options.command);
  for (const tune::Parameter& parameter : space) {
    if (names(pieces, parameter.name)) continue;
    return wrong(
        fmt::format("the command never says {{{0}}}, so {0} cannot be tuned: put it where "
                    "its value belongs",
                    parameter.name));
  }
  for (std::size_t place = 1; place < pieces.size(); place += 2) {
    const std::string& name = pieces[place];
    const bool known =
        name == "epochs" || name == "trial" || name == "folder" ||
        std::ranges::any_of(space, [&](const tune::Parameter& one) { return one.name == name; });
    if (known) continue;
    return wrong(
        fmt::format("the command has {{{0}}} in it, for which there is no range: add "
                    "--range {0}=LOW:HIGH, or write {{{{{0}}}}} for the braces themselves",
                    name));
  }
  if (promotes && !names(pieces, "epochs")) {
    return wrong(
        "hyperband and asha give trials few epochs at first: put {epochs} into the command, or "
        "choose another strategy");
  }
  return {};
}

std::string command_of(const CommandOptions& options, const TrialTask& task) {
  std::map<std::string, std::string> values{
      {"epochs", std::to_string(task.epochs)},
      {"trial", std::to_string(task.number)},
      {"folder", (options.folder / fmt::format("{:03}", task.number)).string()}};
  for (std::size_t place = 0; place < task.space.size(); ++place) {
    values[task.space[place].name] = tune::to_text(task.configuration[place]);
  }
  const auto pieces = pieces_of(options.command);
  std::string command;
  for (std::size_t place = 0; place < pieces.size(); ++place) {
    command += place % 2 == 0 ? pieces[place] : base::to_shell_word(values.at(pieces[place]));
  }
  return command;
}

CommandTrials::CommandTrials(CommandOptions options, base::Disk& disk)
    : options_(std::move(options)), disk_(disk) {}

TrialReturn CommandTrials::run(const TrialTask& task,
                               const std::function<void(int, double)>& on_epoch) {
  const base::Path folder = options_.folder / fmt::format("{:03}", task.number);
  disk_.make_folders(folder);
  CommandRun run(options_, disk_.create(folder / "log.txt"), task, on_epoch);
  return run.run(command_of(options_, task));
}

}  // namespace kennel::trials
