#include "serving/model_server.h"

#include "base/clock.h"
#include "http/server.h"

namespace kennel::serving {
namespace {

// URLs that are fetched at the same time; each waits for somebody else's server.
constexpr int kPoolThreads = 8;
constexpr std::size_t kPoolQueueMax = 256;

// In the order in which they need each other: what is made last goes first.
class Running final : public ModelServer {
 public:
  Running(base::Disk& disk, ModelServerOptions options, engine::ServedModel model,
          std::unique_ptr<observe::AccessLog> access_log)
      : disk_(disk),
        model_(std::move(model)),
        access_log_(std::move(access_log)),
        meters_({model_.backbone, std::string(engine::to_name(model_.precision))}),
        batcher_({.lanes = options.model.serving.streams,
                  .batch_max = options.model.serving.batch_max,
                  .waiting_max = options.waiting_max},
                 model_.transform, [this] { return model_.network->make_lane(); }),
        replica_({.runtime = runtime_,
                  .batcher = batcher_,
                  .meters = meters_,
                  .access_log = access_log_.get(),
                  .fetch = std::move(options.fetch),
                  .model = model_.backbone,
                  .classes = model_.classes,
                  .clock = clock_},
                 options.replica),
        runtime_({.pool_threads = kPoolThreads, .pool_queue_max = kPoolQueueMax}) {}

  base::Result<void> listen(const ModelServerOptions& options) {
    batcher_.wait_until_ready();
    http::ServerOptions listening{.address = options.address, .port = options.port};
    KENNEL_TRY(server_, http::Server::listen(runtime_, listening, replica_));
    return {};
  }

  [[nodiscard]] std::string address() const override { return server_->address(); }
  [[nodiscard]] std::uint16_t port() const override { return server_->port(); }
  [[nodiscard]] const engine::ServedModel& model() const override { return model_; }
  [[nodiscard]] std::optional<std::string> settle() override {
    return model_.from_cache ? std::nullopt : engine::keep_compiled(disk_, model_);
  }
  void drain(std::chrono::milliseconds deadline) override {
    replica_.begin_drain();
    server_->drain(deadline);
  }

 private:
  base::Disk& disk_;
  base::SystemClock clock_;
  engine::ServedModel model_;
  std::unique_ptr<observe::AccessLog> access_log_;
  Meters meters_;
  Batcher batcher_;
  Replica replica_;  // handlers run as long as the runtime does
  aio::Runtime runtime_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

base::Result<std::unique_ptr<ModelServer>> ModelServer::start(base::Disk& disk,
                                                              ModelServerOptions options) {
  std::unique_ptr<observe::AccessLog> access_log;
  if (options.access_log) {
    KENNEL_TRY(access_log, observe::AccessLog::open(*options.access_log));
  }
  KENNEL_TRY(auto model, engine::load_served_model(options.package, options.model));
  auto running = std::make_unique<Running>(disk, options, std::move(model), std::move(access_log));
  KENNEL_TRY_VOID(running->listen(options));
  return running;
}

}  // namespace kennel::serving
