#include "apps/command_options.h"

#include <map>

#include "base/number.h"

namespace kennel::apps {
namespace {

const std::map<std::string, double> kSecondsInUnits = {
    {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};

std::string check_number(const std::string& text, bool holds_for_zero) {
  const auto number = base::parse_number<double>(text);
  if (number && (*number > 0 || (holds_for_zero && *number == 0))) return "";
  return text + " is " + (holds_for_zero ? "below 0" : "not over 0");
}

const CLI::Validator kOverZero([](std::string& text) { return check_number(text, false); }, "");
const CLI::Validator kNotBelowZero([](std::string& text) { return check_number(text, true); }, "");

// "30s", "500ms" or "2m" to seconds.
CLI::Validator as_seconds() { return CLI::AsNumberWithUnit(kSecondsInUnits).description(""); }

}  // namespace

void add_output(CLI::App& app, OutputOptions& output, bool with_quiet) {
  app.add_flag("--json", output.json, "Print JSON, for programs");
  if (with_quiet) app.add_flag("--quiet,-q", output.quiet, "Print warnings and errors only");
}

void add_threads(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "Threads to use [default: all processors]")
      ->check(CLI::Range(1, 1024));
}

void add_search(CLI::App& app, TuneCommand& command) {
  const auto option = [&app](const char* name, auto& value, const char* help) {
    return app.add_option(name, value, help)->group("Search");
  };
  option("--strategy", command.strategy, "bayesian, random, grid, hyperband or asha")
      ->check(CLI::IsMember({"bayesian", "random", "grid", "hyperband", "asha"}))
      ->capture_default_str();
  option("--trials", command.trials, "At most so many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  option("--parallel", command.parallel,
         "Trials at a time [default: one a processor; one of a --command]")
      ->check(CLI::NonNegativeNumber);
  option("--time-budget", command.time_budget, "End after so long, such as 60s or 10m")
      ->transform(CLI::AsNumberWithUnit(kSecondsInUnits));
  option("--objective", command.objective,
         "valid loss, valid top-1, train loss or train top-1; the name of what --metric finds")
      ->capture_default_str();
  auto* minimize = app.add_flag("--minimize", command.minimize, "Lower is better")->group("Search");
  app.add_flag("--maximize", command.maximize, "Higher is better [default: of top-1]")
      ->group("Search")
      ->excludes(minimize);
  option("--early-stopping", command.early_stopping,
         "median: a trial stops once it is worse than the median of those before it; off")
      ->check(CLI::IsMember({"median", "off"}))
      ->capture_default_str();
  option("--range", command.ranges,
         "NAME=LOW:HIGH, NAME=LOW:HIGH:SCALING (auto, linear, log, reverse-log) or NAME=A,B,C; may "
         "be repeated [default: learning_rate, batch_size, weight_decay, dropout, label_smoothing "
         "and hidden]")
      ->type_name("RANGE");
  option("--space", command.space, "The ranges in a JSON file (docs/tuning.md)")->type_name("FILE");
  option("--target", command.target, "End once the objective is as good as this");
  option("--trials-patience", command.trials_patience,
         "End after so many trials without a better one (0: never)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  option("--warm-start", command.warm_start,
         "Learn from the trials of an earlier search's folder; may be repeated")
      ->type_name("RUN");
}

void add_load_plan(CLI::App& app, LoadCommand& command) {
  const auto option = [&app](const char* name, auto& value, const char* help) {
    return app.add_option(name, value, help)->group("Load");
  };
  option("--connections", command.connections,
         "Connections that send one request after the other; with --rate at most so many "
         "[default: 8; 256 with --rate]")
      ->check(CLI::Range(1, 1000));
  option(
      "--rate", command.rate,
      "Requests a second, due whether the server keeps up or not; a latency then begins when its "
      "request is due")
      ->check(kOverZero);
  const auto time = [&](const char* name, auto& value, const char* help) {
    return option(name, value, help)->type_name("TIME")->transform(as_seconds());
  };
  time("--duration", command.duration_s,
       "How long requests count, such as 10s or 5m [default: 30s, without --requests]")
      ->check(kOverZero);
  option("--requests", command.requests, "End after so many that count")->check(kOverZero);
  time("--warm-up", command.warm_up_s, "How long requests do not count at first [default: 1s]")
      ->check(kNotBelowZero);
  time("--timeout", command.timeout_s,
       "How long an answer is waited for, from when its request is sent [default: 60s]")
      ->check(kOverZero);
}

void add_load(CLI::App& app, LoadCommand& command) {
  app.add_option("URL", command.url,
                 "Where to POST to; without a path /invocations is meant: http://127.0.0.1:8080")
      ->required();
  app.add_option("PHOTO", command.photos, "Files, and folders of photos, to be sent in turn")
      ->required();
  add_load_plan(app, command);
  app.add_option("--content-type", command.content_type,
                 "Of all requests; auto: of each photo, as its content says")
      ->capture_default_str();
  app.add_option("--ca-file", command.ca_file,
                 "Whom to trust over TLS, in PEM [default: the system's authorities]")
      ->type_name("FILE");
  app.add_option("--report", command.report, "Write a page with charts")->type_name("FILE");
  app.add_flag("--allow-errors", command.allow_errors, "Exit with 0 where requests failed, too");
  add_output(app, command.output, true);
}

}  // namespace kennel::apps
