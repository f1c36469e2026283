#include "apps/serve.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/environment.h"
#include "apps/listen_address.h"
#include "apps/server_signals.h"
#include "base/number.h"
#include "fetch/fetcher.h"
#include "serving/model_server.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::uint16_t kDefaultPort = 8080;
constexpr const char* kPortVariable = "SAGEMAKER_BIND_TO_PORT";
constexpr std::chrono::seconds kDrain{30};
constexpr std::chrono::hours kNothingToDo{1};

base::Result<std::uint16_t> port_of(const ServeCommand& command) {
  if (command.port) return *command.port;
  const auto told = environment_variable(kPortVariable);
  if (!told) return kDefaultPort;
  const auto port = base::parse_number<std::uint16_t>(*told);
  if (port) return *port;
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("{} is \"{}\", which is no port", kPortVariable, *told));
}

// Absent with --no-fetch.
base::Result<serving::Fetch> fetch_of(const ServeCommand& command) {
  if (command.no_fetch) return serving::Fetch();
  fetch::FetchRules rules{.bytes_max = command.body_bytes_max};
  for (const std::string& text : command.allow_fetch) {
    auto target = fetch::parse_allowed_target(text);
    if (!target) return base::fail_in("--allow-fetch", target.error());
    rules.allowed.push_back(*std::move(target));
  }
  return [fetcher = std::make_shared<const fetch::Fetcher>(std::move(rules))](
             const std::string& url, const std::atomic<bool>& stop) {
    return fetcher->fetch(url, &stop);
  };
}

base::Result<serving::ModelServerOptions> server_options(const ServeCommand& command) {
  serving::ModelServerOptions options{.package = command.package, .address = command.address};
  KENNEL_TRY(options.port, port_of(command));
  const int threads = thread_count(command.threads);
  options.model.cache = cache_folder() / "compiled";
  options.model.precision = command.precision;
  options.model.serving.batch_max = command.batch_max;
  options.model.serving.threads = threads;
  options.model.serving.streams =
      std::min(command.streams > 0 ? command.streams : threads, threads);
  options.replica.form = *hosting::parse_answer_form(command.answer);
  options.replica.top = command.top;
  options.replica.body_bytes_max = command.body_bytes_max;
  KENNEL_TRY(options.fetch, fetch_of(command));
  options.waiting_max = static_cast<std::size_t>(command.queue);
  if (!command.quiet) {
    options.access_log = observe::AccessLogOptions{
        .format = command.json_logs ? observe::LogFormat::kJson : observe::LogFormat::kText};
  }
  return options;
}

void say_ready(const ServeCommand& command, const serving::ModelServer& server) {
  const std::string url =
      "http://" + client_authority({.address = server.address(), .port = server.port()});
  const engine::ServedModel& model = server.model();
  if (command.json_logs) {
    fmt::print("{}\n", json{{"event", "ready"},
                            {"url", url},
                            {"model", model.backbone},
                            {"classes", model.classes.size()},
                            {"precision", engine::to_name(model.precision)},
                            {"from_cache", model.from_cache}}
                           .dump());
  } else {
    fmt::print(
        "kennel serves {} ({} classes, {}) at {}\n"
        "  curl --data-binary @photo.jpg {}/invocations\n"
        "  or open {} in a browser and drop a photo on it\n",
        model.backbone, model.classes.size(), engine::to_name(model.precision), url, url, url);
  }
  std::fflush(stdout);
}

void say_ending(const ServeCommand& command) {
  if (command.json_logs) {
    fmt::print("{}\n", json{{"event", "draining"}}.dump());
  } else {
    fmt::print("kennel: ending; requests in flight have {} s\n", kDrain.count());
  }
  std::fflush(stdout);
}

}  // namespace

base::Result<int> run_serve(const ServeCommand& command) {
  KENNEL_TRY(auto options, server_options(command));
  hold_signals();
  raise_descriptor_limit();
  base::PosixDisk disk;
  KENNEL_TRY(const auto server, serving::ModelServer::start(disk, std::move(options)));
  say_ready(command, *server);
  if (const auto note = server->settle()) fmt::print(stderr, "note: {}\n", *note);
  wait_for_end(kNothingToDo, [] {});
  say_ending(command);
  let_a_second_signal_end_us();
  server->drain(kDrain);
  return 0;
}

}  // namespace kennel::apps
