#include "apps/model_commands.h"

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

void add_output(CLI::App& app, OutputOptions& output, bool with_quiet) {
  app.add_flag("--json", output.json, "Print JSON, for programs");
  if (with_quiet) app.add_flag("--quiet,-q", output.quiet, "Print warnings and errors only");
}

void add_threads(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "Threads to use [default: all processors]")
      ->check(CLI::Range(1, 1024));
}

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

}  // namespace kennel::apps
