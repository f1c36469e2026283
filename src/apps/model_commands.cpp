#include "apps/model_commands.h"

#include <CLI/CLI.hpp>

namespace kennel::apps {
namespace {

// A model package may be quantized.
void add_precision(CLI::App& app, std::string& precision) {
  app.add_option(
         "--precision", precision,
         "Number format of the network: auto takes int8 where kennel quantize found it good "
         "and fast, else bf16 where the processor has it")
      ->check(CLI::IsMember({"auto", "f32", "bf16", "int8"}))
      ->capture_default_str();
}

}  // namespace

void add_evaluate(CLI::App& app, EvaluateCommand& command) {
  app.add_option("PACKAGE", command.package, "A model.tar.gz")->required();
  app.add_option("DIR", command.data, "Photos in folders named after their classes")->required();
  app.add_option("--split", command.split,
                 "Which photos: auto takes test, or valid, or all where there are no splits")
      ->check(CLI::IsMember({"auto", "train", "valid", "test", "all"}))
      ->capture_default_str();
  app.add_option("--report", command.report, "Write a page with all details to this file");
  add_precision(app, command.precision);
  add_threads(app, command.threads);
  app.add_flag("--strict", command.strict, "Stop at a photo that cannot be read");
  add_output(app, command.output, true);
}

void add_predict(CLI::App& app, PredictCommand& command) {
  app.add_option("PACKAGE", command.package, "A model.tar.gz")->required();
  app.add_option("PHOTO", command.photos, "Photos to name")->required();
  app.add_option("--top", command.top, "Classes to show a photo")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  add_precision(app, command.precision);
  add_threads(app, command.threads);
  add_output(app, command.output, false);
}

void add_quantize(CLI::App& app, QuantizeCommand& command) {
  app.add_option("PACKAGE", command.package, "A model.tar.gz")->required();
  app.add_option("--calibrate", command.data,
                 "A data set as kennel train takes it, or a folder of photos")
      ->type_name("DIR")
      ->required();
  app.add_option("--output,-o", command.output_file,
                 "The package to write [default: PACKAGE with -int8 in its name]");
  app.add_option("--photos", command.photos, "Photos to calibrate on, at most")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  app.add_flag("--force", command.force, "Write the package even if it answers worse than it may");
  add_threads(app, command.threads);
  add_output(app, command.output, true);
}

void add_serve(CLI::App& app, ServeCommand& command) {
  const auto option = [&app](const char* group, const char* name, auto& value, const char* help) {
    return app.add_option(name, value, help)->group(group);
  };
  app.add_option("PACKAGE", command.package, "A model.tar.gz, or the folder it was unpacked into")
      ->required();
  app.add_option("--port", command.port,
                 "Port to listen on; 0 takes any free one [default: $SAGEMAKER_BIND_TO_PORT, or "
                 "8080]");
  app.add_option("--address", command.address, "IP address to listen on; 0.0.0.0 lets others in")
      ->capture_default_str();
  app.add_option("--answer", command.answer,
                 "What a request gets that does not say: labelled, or the bare logits")
      ->check(CLI::IsMember({"labelled", "logits"}))
      ->capture_default_str();
  app.add_option("--top", command.top, "Classes in a labelled answer")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_precision(app, command.precision);
  option("Speed", "--max-batch", command.batch_max, "Photos that run together, at most")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  option("Speed", "--streams", command.streams,
         "Batches that run side by side [default: one a thread]")
      ->check(CLI::Range(1, 1024));
  add_threads(app, command.threads);
  option("Limits", "--queue", command.queue, "Photos that may wait; beyond it clients get 503")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  option("Limits", "--max-body", command.body_bytes_max,
         "The largest request, such as 8MB [default: 32MiB]")
      ->transform(CLI::AsSizeValue(false));
  auto* no_fetch =
      app.add_flag("--no-fetch", command.no_fetch, "Refuse URLs in requests")->group("Limits");
  option("Limits", "--allow-fetch", command.allow_fetch,
         "HOST:PORT or addresses (10.0.0.0/8) that a URL may lead to though they are not public; "
         "may be repeated")
      ->excludes(no_fetch);
  app.add_flag("--json", command.json_logs, "One JSON object a line, for programs");
  app.add_flag("--quiet,-q", command.quiet, "No line a request");
}

}  // namespace kennel::apps
