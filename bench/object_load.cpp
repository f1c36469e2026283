// A lean client of the object store (exchange_loop.h). Prints one line of JSON.
//
//   AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... kennel_object_load SUBCOMMAND --port PORT ...
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "exchange_loop.h"
#include "key_listing.h"
#include "large_object.h"
#include "many_objects.h"

namespace kennel::load {
namespace {

class OneRequest : public Work {
 public:
  explicit OneRequest(std::string text) : text_(std::move(text)) {}
  std::optional<Request> next() override {
    if (text_.empty()) return std::nullopt;
    return Request{std::exchange(text_, {})};
  }
  void end(const Request& /*request*/, const Answer& answer) override {
    if (answer.head.status != 200) throw std::runtime_error(answer.body);
  }

 private:
  std::string text_;
};

nlohmann::json create_bucket(int port, const std::string& bucket, S3Signer& signer,
                             const ObjectBytes& objects) {
  OneRequest work(signer.sign({"PUT", "/" + bucket}));
  ExchangeLoop(port, 1, objects).run(work);
  return {{"bucket", bucket}};
}

void add_many_options(CLI::App& command, ManyObjects& many) {
  command.add_option("--prefix", many.prefix, "of the keys");
  command.add_option("--connections", many.connections)->check(CLI::PositiveNumber);
  command.add_option("--size", many.size, "bytes of each object");
  command.add_option("--count", many.count, "requests signed ahead")->required();
  command.add_option("--seconds", many.seconds, "that count; 0: until all are sent");
  command.add_option("--warmup", many.warmup_seconds, "seconds before those that count");
}

void add_large_options(CLI::App& command, LargeObject& object) {
  command.add_option("--key", object.key);
  command.add_option("--connections", object.connections)->check(CLI::PositiveNumber);
  command.add_option("--size", object.size, "bytes")->required();
  command.add_option("--part-size", object.part_size, "bytes; 0: in one piece");
}

int run(int argc, char** argv) {
  int port = 0;
  std::string bucket = "bench";
  int page_keys = 1000;
  ManyObjects many;
  LargeObject large;
  CLI::App app("Signed requests to the object store");
  app.require_subcommand(1);
  app.add_option("--port", port)->required();
  app.add_option("--bucket", bucket);
  app.fallthrough();
  const auto* create = app.add_subcommand("bucket", "create it");
  auto* put = app.add_subcommand("put", "many objects");
  auto* get = app.add_subcommand("get", "many objects, some of them compared");
  auto* list = app.add_subcommand("list", "all keys, page after page");
  auto* up = app.add_subcommand("up", "one large object");
  auto* down = app.add_subcommand("down", "the same, some of it compared");
  add_many_options(*put, many);
  add_many_options(*get, many);
  get->add_option("--stored", many.stored, "the first keys, which are there")->required();
  list->add_option("--page-keys", page_keys);
  add_large_options(*up, large);
  add_large_options(*down, large);
  up->add_flag("--hashed", large.hashed, "sign the SHA-256 of the bytes");
  CLI11_PARSE(app, argc, argv);

  many.port = large.port = port;
  many.bucket = large.bucket = bucket;
  const ObjectBytes objects;
  S3Signer signer(port, credentials_from_environment());
  const nlohmann::json report = *create ? create_bucket(port, bucket, signer, objects)
                                : *put  ? put_many(many, signer, objects)
                                : *get  ? get_many(many, signer, objects)
                                : *list ? list_keys(port, bucket, page_keys, signer, objects)
                                : *up   ? upload(large, signer, objects)
                                        : download(large, signer, objects);
  fmt::print("{}\n", report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return 0;
}

}  // namespace
}  // namespace kennel::load

int main(int argc, char** argv) {
  return kennel::load::run_program("kennel_object_load",
                                   [&] { return kennel::load::run(argc, argv); });
}
