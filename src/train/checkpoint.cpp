#include "train/checkpoint.h"

#include <fmt/format.h>

#include "network/weights_file.h"

namespace kennel::train {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr const char* kState = "state.json";

json to_json(const EpochRecord& record) {
  return {{"epoch", record.epoch},
          {"learning_rate", record.learning_rate},
          {"train", {record.train.loss, record.train.top1}},
          {"valid", {record.valid.loss, record.valid.top1}},
          {"seconds", record.seconds},
          {"best", record.best}};
}

// Throws json::exception on anything that to_json did not write.
EpochRecord record_from(const json& value) {
  return {.epoch = value.at("epoch"),
          .learning_rate = value.at("learning_rate"),
          .train = {value.at("train").at(0), value.at("train").at(1)},
          .valid = {value.at("valid").at(0), value.at("valid").at(1)},
          .seconds = value.at("seconds"),
          .best = value.at("best")};
}

network::Tensor text_tensor(const std::string& text) {
  const auto bytes = std::make_shared<base::Bytes>(text.begin(), text.end());
  return {network::DType::kUInt8, {static_cast<std::int64_t>(text.size())}, *bytes, bytes};
}

void add_all(network::StateDict& to, const std::string& prefix, const network::StateDict& from) {
  for (const auto& [name, tensor] : from.entries()) to.set(prefix + name, tensor);
}

network::StateDict with_prefix(const network::StateDict& from, const std::string& prefix) {
  network::StateDict chosen;
  for (const auto& [name, tensor] : from.entries()) {
    if (name.starts_with(prefix)) chosen.set(name.substr(prefix.size()), tensor);
  }
  return chosen;
}

base::Result<Checkpoint> parse_checkpoint(const network::StateDict& tensors) {
  const network::Tensor* text = tensors.find(kState);
  if (text == nullptr) return base::fail(ErrorKind::kCorrupt, "it is no training checkpoint");
  Checkpoint checkpoint;
  try {
    const auto state = json::parse(text->bytes.begin(), text->bytes.end());
    checkpoint.run = state.at("run");
    for (const auto& record : state.at("history")) {
      checkpoint.history.push_back(record_from(record));
    }
  } catch (const json::exception&) {
    return base::fail(ErrorKind::kCorrupt, "its state.json is damaged");
  }
  checkpoint.current = with_prefix(tensors, "current.");
  checkpoint.best = with_prefix(tensors, "best.");
  checkpoint.optimizer = with_prefix(tensors, "optimizer.");
  return checkpoint;
}

}  // namespace

bool is_better(const EpochRecord& one, const EpochRecord& other) {
  if (one.valid.top1 != other.valid.top1) return one.valid.top1 > other.valid.top1;
  return one.valid.loss < other.valid.loss;
}

void save_checkpoint(base::Disk& disk, const base::Path& path, const Checkpoint& checkpoint) {
  json history = json::array();
  for (const auto& record : checkpoint.history) history.push_back(to_json(record));
  network::StateDict tensors;
  tensors.set(kState, text_tensor(json{{"run", checkpoint.run}, {"history", history}}.dump()));
  add_all(tensors, "current.", checkpoint.current);
  add_all(tensors, "best.", checkpoint.best);
  add_all(tensors, "optimizer.", checkpoint.optimizer);
  base::write_atomically(disk, path, network::to_pth(tensors));
}

base::Result<Checkpoint> load_checkpoint(const base::Path& path) {
  KENNEL_TRY(const auto tensors, network::read_weights_file(path));
  auto checkpoint = parse_checkpoint(tensors);
  if (!checkpoint) return base::fail_in(path.string(), checkpoint.error());
  return checkpoint;
}

}  // namespace kennel::train
