#include "apps/quantize.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <memory>

#include "apps/environment.h"
#include "apps/interrupt.h"
#include "apps/progress_bar.h"
#include "apps/quantize_console.h"
#include "apps/quantize_photos.h"
#include "engine/classification.h"
#include "engine/compiled_network.h"
#include "engine/speed.h"
#include "network/fold.h"
#include "network/package.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;
using engine::Precision;
using nlohmann::json;

// model.tar.gz to model-int8.tar.gz, in the same folder.
base::Path name_of_output(const base::Path& package) {
  const auto name = package.filename().string();
  for (const std::string_view ending : {".tar.gz", ".tgz"}) {
    if (!name.ends_with(ending)) continue;
    const auto stem = name.substr(0, name.size() - ending.size());
    return package.parent_path() / fmt::format("{}-int8{}", stem, ending);
  }
  return package.parent_path() / (name + "-int8");
}

// Said before minutes of work rather than after them.
base::Result<base::Path> choose_output(const QuantizeCommand& command) {
  base::Path output = command.output_file.value_or(name_of_output(command.package));
  std::error_code ignored;
  if (std::filesystem::equivalent(command.package, output, ignored)) {
    return base::fail(ErrorKind::kConflict,
                      fmt::format("{} is the package itself, which stays as it is; choose another "
                                  "--output",
                                  output.string()));
  }
  const auto folder = std::filesystem::absolute(output).parent_path();
  if (std::filesystem::is_directory(folder, ignored)) return output;
  return base::fail(ErrorKind::kNotFound,
                    fmt::format("there is no folder {} to write {} to; make it first",
                                folder.string(), output.filename().string()));
}

// A bar for each stage.
class StageBars {
 public:
  StageBars(const base::Clock& clock, bool enabled) : clock_(clock), enabled_(enabled) {}

  void update(std::string_view stage, std::size_t done, std::size_t total) {
    if (stage != stage_) {
      bar_.reset();
      stage_ = stage;
      const bool layers = stage.ends_with("layer");
      bar_ = std::make_unique<ProgressBar>(stage_, layers ? "layers" : "photos", clock_, enabled_);
    }
    bar_->update(done, total);
  }
  void clear() { bar_.reset(); }

 private:
  const base::Clock& clock_;
  bool enabled_;
  std::string stage_;
  std::unique_ptr<ProgressBar> bar_;
};

base::Result<engine::QuantizationOutcome> quantize_photos(const QuantizeCommand& command,
                                                          const network::Package& package,
                                                          const ChosenPhotos& chosen) {
  const base::SystemClock clock;
  StageBars bars(clock, !command.output.quiet && !command.output.json);
  KENNEL_TRY(
      auto outcome,
      engine::quantize(package, chosen.photos,
                       {.threads = thread_count(command.threads),
                        .stop = &interrupt_flag(),
                        .progress = [&](std::string_view stage, std::size_t done,
                                        std::size_t total) { bars.update(stage, done, total); }}));
  bars.clear();
  for (const auto& failure : outcome.failures) {
    fmt::print(stderr, "note: left out {}: {}\n", failure.path.string(), failure.reason);
  }
  return outcome;
}

base::Result<std::vector<Speed>> measure(const QuantizeCommand& command,
                                         const network::Package& quantized) {
  std::vector<Precision> precisions{Precision::kF32, Precision::kInt8};
  if (engine::fastest_float() != Precision::kF32) {
    precisions.insert(precisions.begin() + 1, engine::fastest_float());
  }
  const base::SystemClock clock;
  KENNEL_TRY(const auto medians,
             engine::measure_speeds(quantized, precisions,
                                    {.threads = thread_count(command.threads)}, clock));
  std::vector<Speed> speeds;
  for (std::size_t at = 0; at < precisions.size(); ++at) {
    speeds.push_back({precisions[at], medians[at]});
  }
  return speeds;
}

base::Result<void> write(const base::Path& output, const network::Package& package) {
  KENNEL_TRY(const auto spec, engine::spec_of(package));
  KENNEL_TRY(const auto graph, engine::to_graph_files(spec));
  base::PosixDisk disk;
  network::write_package(disk, output, package, {graph.xml, graph.bin});
  return {};
}

json calibration_json(const QuantizeCommand& command, const QuantizeStory& story) {
  const base::SystemClock clock;
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.calendar_now());
  return {{"data", command.data.string()},
          {"photos", story.outcome.calibration_photos},
          {"created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", now)}};
}

void tell(const QuantizeCommand& command, const QuantizeStory& story) {
  if (command.output.json) {
    fmt::print("{}\n", to_json(story).dump(-1, ' ', false, json::error_handler_t::replace));
  } else if (!command.output.quiet) {
    print_for_people(story);
  }
}

base::Error refusal(const QuantizeCommand& command, const QuantizeStory& story) {
  return {ErrorKind::kConflict,
          fmt::format("int8 is refused: {}, even with {} of {} layers in floating point; at most "
                      "0.5 points or one photo may be lost, and 2 % of the answers differ. Nothing "
                      "was written and {} stays as it is; --force writes the package all the same",
                      engine::to_text(story.outcome.check), story.outcome.quantization.kept.size(),
                      story.layers, command.package.string())};
}

}  // namespace

base::Result<int> run_quantize(const QuantizeCommand& command) {
  KENNEL_TRY(const auto output, choose_output(command));
  KENNEL_TRY(auto package, network::read_package(command.package));
  KENNEL_TRY(const auto chosen,
             choose_photos(command.data, package, static_cast<std::size_t>(command.photos)));
  KENNEL_TRY(const auto outcome, quantize_photos(command, package, chosen));
  package.quantization = outcome.quantization;
  QuantizeStory story{.chosen = chosen, .outcome = outcome};
  KENNEL_TRY(story.speeds, measure(command, package));
  const network::Backbone& backbone = **network::get_backbone(package.backbone);
  story.layers = network::quantizable_steps(network::without_norms(backbone)).size();
  if (!outcome.is_good() && !command.force) {
    tell(command, story);
    return tl::unexpected(refusal(command, story));
  }
  package.quantization->preferred = outcome.is_good() && story.is_faster();
  package.quantization->calibration = calibration_json(command, story);
  package.quantization->check = check_json(story);
  KENNEL_TRY_VOID(write(output, package));
  story.output = output;
  tell(command, story);
  return 0;
}

}  // namespace kennel::apps
