// What a server of a model counts and measures, as Prometheus reads it (GET /metrics). Safe from
// any thread.
#pragma once

#include <memory>
#include <string>

#include "serving/batcher.h"

namespace kennel::serving {

struct ModelName {
  std::string model;
  std::string precision;
};

class Meters {
 public:
  explicit Meters(const ModelName& name);
  ~Meters();
  Meters(const Meters&) = delete;
  Meters& operator=(const Meters&) = delete;

  // An invocation has begun; the returned value ends it when it goes.
  [[nodiscard]] std::shared_ptr<void> begin_invocation();
  // Of an invocation that has its answer; `code` is empty where it went well.
  void count_answer(int status, const std::string& code, double seconds);
  void count_photo(const PhotoTimes& times);
  void count_fetch(double seconds);

  // Prometheus's text format.
  [[nodiscard]] std::string to_text(std::size_t waiting, bool ready) const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace kennel::serving
