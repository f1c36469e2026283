#include "serving/meters.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace kennel::serving {
namespace {

using prometheus::Histogram;

Histogram::BucketBoundaries seconds_buckets() {
  return {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60};
}

}  // namespace

struct Meters::Families {
  explicit Families(const ModelName& name)
      : model(prometheus::BuildGauge()
                  .Name("kennel_model_info")
                  .Help("What is served; the value is 1")
                  .Register(registry)
                  .Add({{"model", name.model}, {"precision", name.precision}})) {
    model.Set(1);
  }

  Histogram& histogram(const char* name, const char* help,
                       const Histogram::BucketBoundaries& buckets) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
  }
  prometheus::Gauge& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  prometheus::Registry registry;
  prometheus::Gauge& model;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("kennel_requests_total")
          .Help("Invocations that were answered, by status")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& errors =
      prometheus::BuildCounter()
          .Name("kennel_errors_total")
          .Help("Invocations that were refused or failed, by reason")
          .Register(registry);
  Histogram& request_seconds =
      histogram("kennel_request_seconds", "From a request's head to its answer", seconds_buckets());
  Histogram& fetch_seconds =
      histogram("kennel_fetch_seconds", "Fetching the URLs of a request", seconds_buckets());
  Histogram& queue_seconds =
      histogram("kennel_queue_seconds", "A photo waiting for a lane", seconds_buckets());
  Histogram& decode_seconds =
      histogram("kennel_decode_seconds", "Decoding and resizing a photo", seconds_buckets());
  Histogram& infer_seconds = histogram("kennel_inference_seconds",
                                       "The network on a photo's whole batch", seconds_buckets());
  Histogram& batch_photos = histogram("kennel_batch_photos", "Photos that ran together",
                                      {1, 2, 3, 4, 6, 8, 12, 16, 32, 64});
  prometheus::Gauge& in_flight = gauge("kennel_in_flight", "Invocations that have no answer yet");
  prometheus::Gauge& waiting = gauge("kennel_waiting_photos", "Photos that wait for a lane");
  prometheus::Gauge& ready = gauge("kennel_ready", "1 where /ping answers 200");
};

Meters::Meters(const ModelName& name) : families_(std::make_unique<Families>(name)) {}
Meters::~Meters() = default;

std::shared_ptr<void> Meters::begin_invocation() {
  families_->in_flight.Increment();
  return {this, [](void* self) { static_cast<Meters*>(self)->families_->in_flight.Decrement(); }};
}

void Meters::count_answer(int status, const std::string& code, double seconds) {
  families_->requests.Add({{"status", std::to_string(status)}}).Increment();
  if (!code.empty()) families_->errors.Add({{"reason", code}}).Increment();
  families_->request_seconds.Observe(seconds);
}

void Meters::count_photo(const PhotoTimes& times) {
  families_->queue_seconds.Observe(times.queue_seconds);
  families_->decode_seconds.Observe(times.decode_seconds);
  families_->infer_seconds.Observe(times.infer_seconds);
  families_->batch_photos.Observe(times.batch);
}

void Meters::count_fetch(double seconds) { families_->fetch_seconds.Observe(seconds); }

std::string Meters::to_text(std::size_t waiting, bool ready) const {
  families_->waiting.Set(static_cast<double>(waiting));
  families_->ready.Set(ready ? 1 : 0);
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace kennel::serving
