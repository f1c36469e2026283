#include "apps/serve_options.h"

#include <CLI/CLI.hpp>

namespace kennel::apps {

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
  option("Speed", "--precision", command.precision,
         "Number format of the network: auto takes bf16 where the processor has it")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}))
      ->capture_default_str();
  option("Speed", "--max-batch", command.batch_max, "Photos that run together, at most")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  option("Speed", "--streams", command.streams,
         "Batches that run side by side [default: one a thread]")
      ->check(CLI::Range(1, 1024));
  option("Speed", "--threads", command.threads, "Threads to use [default: all processors]")
      ->check(CLI::Range(1, 1024));
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
