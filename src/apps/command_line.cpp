#include "apps/command_line.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "apps/model_commands.h"
#include "network/backbone.h"

namespace kennel::apps {
namespace {

constexpr const char* kDescription =
    "kennel trains, measures and packages an image classifier on your own machine.";
constexpr const char* kExamples =
    "Start with:\n"
    "  kennel sample photos            draw a data set of invented dogs to try things on\n"
    "  kennel train photos             photos/{train,valid,test}/<class>/*.jpg, or "
    "photos/<class>/*\n"
    "  kennel predict runs/photos-001/model.tar.gz dog.jpg\n"
    "  kennel up                       the AWS side: then eval \"$(kennel env)\" and use aws, "
    "boto3\n";

std::vector<std::string> backbone_names() {
  std::vector<std::string> names;
  for (const auto& backbone : network::all_backbones()) names.push_back(backbone.name);
  return names;
}

void add_compute(CLI::App& app, std::string& precision, int& threads) {
  app.add_option("--precision", precision,
                 "Number format of the backbone: auto takes bf16 where the processor has it")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}))
      ->capture_default_str();
  add_threads(app, threads);
}

void add_sample(CLI::App& app, SampleCommand& command) {
  app.add_option("DIR", command.folder, "The folder to make")->required();
  app.add_option("--classes", command.options.classes, "Breeds to invent")->capture_default_str();
  app.add_option("--per-class", command.options.per_class, "Photos of each breed, over all splits")
      ->capture_default_str();
  app.add_option("--seed", command.options.seed, "The same seed gives the same bytes")
      ->capture_default_str();
  add_output(app, command.output, true);
}

void add_head(CLI::App& app, TrainCommand& command) {
  const auto option = [&app](const char* name, auto& value, const char* help) {
    return app.add_option(name, value, help)->group("Training")->capture_default_str();
  };
  option("--epochs", command.epochs, "Passes over the training photos");
  option("--batch-size", command.batch_size, "Photos a step");
  option("--learning-rate", command.learning_rate, "At the start");
  option("--optimizer", command.optimizer, "sgd (momentum 0.9), adam or adamw")
      ->check(CLI::IsMember({"sgd", "adam", "adamw"}));
  option("--weight-decay", command.weight_decay, "L2 for sgd and adam, decoupled for adamw");
  option("--schedule", command.schedule, "Of the learning rate, over all epochs")
      ->check(CLI::IsMember({"constant", "cosine"}));
  option("--label-smoothing", command.label_smoothing, "Probability spread over all classes");
  option("--dropout", command.dropout, "On the features and on the hidden layer");
  option("--hidden", command.hidden, "Units of the head's hidden layer");
  option("--patience", command.patience,
         "End after so many epochs without a better one (0: never)");
  option("--fraction", command.fraction, "Part of each class's training photos to use");
  option("--seed", command.seed, "The same seed gives the same model");
}

// What `kennel train` and `kennel tune` have in common.
void add_training(CLI::App& app, TrainCommand& command) {
  app.add_option("--output,-o", command.output_folder, "The run folder [default: runs/DIR-NNN]");
  app.add_option("--backbone", command.backbone, "The pretrained network under the head")
      ->check(CLI::IsMember(backbone_names()))
      ->capture_default_str();
  app.add_option("--weights", command.weights,
                 "The backbone's weights, .pth or .safetensors [default: see kennel weights]");
  add_head(app, command);
  add_compute(app, command.precision, command.threads);
  app.add_flag("--strict", command.strict, "Stop at a photo that cannot be read");
  app.add_flag("--resume", command.resume,
               "Go on with the run in --output, or with the last unfinished run on DIR");
  add_output(app, command.output, true);
}

constexpr const char* kPhotos =
    "Photos in DIR/{train,valid,test}/<class>/, or in DIR/<class>/ to be split";

void add_train(CLI::App& app, TrainCommand& command) {
  app.add_option("DIR", command.data, kPhotos)->required();
  add_training(app, command);
}

void add_tune(CLI::App& app, TuneCommand& command) {
  app.add_option("DIR", command.train.data, kPhotos);
  add_search(app, command);
  auto* metric = app.add_option("--metric", command.metric,
                                "The objective in the command's output: a regular expression with "
                                "a group, such as 'loss: ([-+.eE0-9]+)'; each match is an epoch")
                     ->group("Search");
  app.add_option("--command", command.command,
                 "Tune a program instead: a shell command with {NAME} for each parameter")
      ->group("Search")
      ->needs(metric);
  add_training(app, command.train);
}

void add_data(CLI::App& app, std::optional<base::Path>& data) {
  app.add_option("--data", data,
                 "The server's folder [default: $KENNEL_DATA, or ~/.local/share/kennel]");
}

void add_up(CLI::App& app, UpCommand& command) {
  add_data(app, command.data);
  app.add_option("--listen", command.listen, "Address and port; port 0 takes any free one")
      ->capture_default_str();
  app.add_option("--region", command.region, "The region that clients are told to use")
      ->capture_default_str();
  app.add_option("--account", command.account,
                 "12 digits, at the first start only [default: 000000000000]");
  app.add_option("--domain", command.domains,
                 "A name of this server: BUCKET.NAME addresses a bucket; may be repeated "
                 "[default: localhost]");
  app.add_flag("--data-events", command.data_events,
               "Audit reads and writes of objects too, as CloudTrail's data events");
  app.add_flag("--no-sandbox", command.no_sandbox,
               "Run jobs as plain processes, which can read and change whatever the server can");
  app.add_flag("--strict-capacity", command.strict_capacity,
               "Refuse jobs that this machine has no room for, instead of letting them wait");
  app.add_option("--job-path", command.job_paths,
                 "A folder that jobs may read, beside the system's own; may be repeated")
      ->type_name("DIR");
  app.add_flag("--tls", command.tls, "Take HTTPS only; without it both are taken on one port");
  app.add_flag("--allow-plaintext", command.allow_plaintext,
               "Take plain HTTP on an address that other machines reach");
  app.add_flag("--json-logs", command.json_logs, "One JSON object a line, for programs");
  app.add_flag("--quiet,-q", command.quiet, "No line a request");
}

void add_env(CLI::App& app, EnvCommand& command) {
  add_data(app, command.data);
  app.add_option("--profile", command.profile,
                 "Write an AWS profile of this name instead of printing variables");
  app.add_flag("--json", command.output.json, "Print JSON, for programs");
}

void add_jobs(CLI::App& app, JobsCommand& command) {
  app.add_option("JOB", command.job, "Tell all of this one");
  app.add_option("--limit", command.limit, "How many to list, the newest first")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--status", command.status, "List those with this status only")
      ->check(CLI::IsMember({"InProgress", "Stopping", "Completed", "Failed", "Stopped"}));
  add_data(app, command.data);
  add_output(app, command.output, false);
}

void add_logs(CLI::App& app, LogsCommand& command) {
  app.add_option("JOB", command.job, "The training job")->required();
  app.add_flag("--follow,-f", command.follow,
               "Go on until the job has ended; exit with 1 if it failed");
  add_data(app, command.data);
  add_output(app, command.output, false);
}

void add_doctor(CLI::App& app, DoctorCommand& command) {
  add_data(app, command.data);
  app.add_option("--listen", command.listen, "The address that kennel up is to listen on")
      ->capture_default_str();
  app.add_flag("--json", command.output.json, "Print JSON, for programs");
}

// The commands as they are filled in while parsing.
struct Parsed {
  SampleCommand sample;
  TrainCommand train;
  TuneCommand tune;
  JobCommand job;
  EvaluateCommand evaluate;
  PredictCommand predict;
  ServeCommand serve;
  LoadCommand load;
  QuantizeCommand quantize;
  CompareCommand compare;
  WeightsCommand weights;
  CacheListCommand cache_list;
  CacheTrimCommand cache_trim;
  UpCommand up;
  EnvCommand env;
  StatusCommand status;
  JobsCommand jobs;
  LogsCommand logs;
  StopCommand stop;
  DoctorCommand doctor;
  UsageCommand usage;
  FsckCommand fsck;
  std::optional<Command> chosen;

  template <class T>
  void choose(CLI::App* app, T& command) {
    app->callback([this, &command] { chosen = command; });
  }
};

void add_cache(CLI::App& app, Parsed& parsed) {
  auto* cache = app.add_subcommand("cache", "List or trim the features kept on disk");
  cache->require_subcommand(1);
  auto* list = cache->add_subcommand("list", "What is kept, and how much room it takes");
  add_output(*list, parsed.cache_list.output, false);
  parsed.choose(list, parsed.cache_list);
  auto* trim = cache->add_subcommand("trim", "Remove what was longest not used");
  trim->add_option("--max-size", parsed.cache_trim.bytes_max,
                   "Keep at most this much, such as 500MB; 0 keeps nothing")
      ->transform(CLI::AsSizeValue(false))
      ->required();
  add_output(*trim, parsed.cache_trim.output, true);
  parsed.choose(trim, parsed.cache_trim);
}

void add_store_commands(CLI::App& app, Parsed& parsed) {
  auto* usage = app.add_subcommand("usage", "What lies in the buckets, and the room it takes");
  add_data(*usage, parsed.usage.data);
  add_output(*usage, parsed.usage.output, false);
  parsed.choose(usage, parsed.usage);
  auto* fsck = app.add_subcommand("fsck", "Read every stored byte, and name what is damaged");
  add_data(*fsck, parsed.fsck.data);
  add_output(*fsck, parsed.fsck.output, false);
  parsed.choose(fsck, parsed.fsck);
}

void add_job_commands(CLI::App& app, Parsed& parsed) {
  auto* jobs = app.add_subcommand("jobs", "The server's training jobs, or the story of one");
  add_jobs(*jobs, parsed.jobs);
  parsed.choose(jobs, parsed.jobs);
  auto* logs = app.add_subcommand("logs", "What the instances of a training job print");
  add_logs(*logs, parsed.logs);
  parsed.choose(logs, parsed.logs);
  auto* stop = app.add_subcommand("stop", "End a training job; its model so far is kept");
  stop->add_option("JOB", parsed.stop.job, "The training job")->required();
  add_data(*stop, parsed.stop.data);
  parsed.choose(stop, parsed.stop);
}

void add_server_commands(CLI::App& app, Parsed& parsed) {
  auto* up = app.add_subcommand("up", "Start the server that AWS clients talk to");
  add_up(*up, parsed.up);
  parsed.choose(up, parsed.up);
  auto* env = app.add_subcommand("env", "What AWS clients need to find the server, for eval");
  add_env(*env, parsed.env);
  parsed.choose(env, parsed.env);
  auto* status = app.add_subcommand("status", "Whether the server runs, and where");
  add_data(*status, parsed.status.data);
  add_output(*status, parsed.status.output, false);
  parsed.choose(status, parsed.status);
  auto* doctor = app.add_subcommand("doctor", "What this machine lacks, and how to mend it");
  add_doctor(*doctor, parsed.doctor);
  parsed.choose(doctor, parsed.doctor);
}

void add_commands(CLI::App& app, Parsed& parsed) {
  auto* sample = app.add_subcommand("sample", "Draw a data set of invented dog breeds");
  add_sample(*sample, parsed.sample);
  parsed.choose(sample, parsed.sample);
  auto* train = app.add_subcommand("train", "Train a classifier on a folder of photos");
  add_train(*train, parsed.train);
  parsed.choose(train, parsed.train);
  auto* tune = app.add_subcommand("tune", "Find the settings that train the best classifier");
  add_tune(*tune, parsed.tune);
  parsed.choose(tune, parsed.tune);
  auto* job = app.add_subcommand("job", "Run one SageMaker training job (for the server)");
  job->group("");  // not in the list of commands
  parsed.choose(job, parsed.job);
  auto* evaluate = app.add_subcommand("evaluate", "Measure a model package on a folder of photos");
  add_evaluate(*evaluate, parsed.evaluate);
  parsed.choose(evaluate, parsed.evaluate);
  auto* predict = app.add_subcommand("predict", "Name what is on photos");
  add_predict(*predict, parsed.predict);
  parsed.choose(predict, parsed.predict);
  auto* serve = app.add_subcommand("serve", "Answer HTTP requests with a model");
  add_serve(*serve, parsed.serve);
  parsed.choose(serve, parsed.serve);
  auto* load = app.add_subcommand("load", "Measure how fast an endpoint answers");
  add_load(*load, parsed.load);
  parsed.choose(load, parsed.load);
  auto* quantize = app.add_subcommand("quantize", "Make a package that computes in 8-bit integers");
  add_quantize(*quantize, parsed.quantize);
  parsed.choose(quantize, parsed.quantize);
  auto* compare = app.add_subcommand("compare", "Settings, scores and times of runs, side by side");
  compare->add_option("RUN", parsed.compare.runs, "Run folders")->required()->expected(2, 1000);
  add_output(*compare, parsed.compare.output, false);
  parsed.choose(compare, parsed.compare);
  auto* weights = app.add_subcommand("weights", "List the pretrained weights on this machine");
  add_output(*weights, parsed.weights.output, false);
  parsed.choose(weights, parsed.weights);
  add_cache(app, parsed);
  add_server_commands(app, parsed);
  add_job_commands(app, parsed);
  add_store_commands(app, parsed);
}

std::string to_message(const CLI::App*, const CLI::Error& error) {
  return fmt::format("kennel: {}; see --help\n", error.what());
}

bool is_known(const CLI::App& app, const std::string& word) {
  const auto is_named = [&](const CLI::App* command) { return command->get_name() == word; };
  return word.starts_with('-') || !app.get_subcommands(is_named).empty();
}

}  // namespace

std::variant<Command, int> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(kDescription, "kennel");
  app.set_version_flag("--version", "kennel " KENNEL_VERSION);
  app.require_subcommand(1);
  app.failure_message(to_message);
  Parsed parsed;
  add_commands(app, parsed);
  app.footer(kExamples);  // after the commands, which would inherit it
  if (argc <= 1) {
    fmt::print(stderr, "{}", app.help());
    return 2;
  }
  if (!is_known(app, argv[1])) {
    fmt::print(stderr, "kennel: there is no command \"{}\"; see kennel --help\n", argv[1]);
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return 2;
  }
  return *std::move(parsed.chosen);
}

}  // namespace kennel::apps
