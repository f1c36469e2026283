#include "instance/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace kennel::instance {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::uint64_t kConfigBytesMax = base::kGiB;  // digests of millions of photos
constexpr std::size_t kHostsMax = 1024;

// An object; an empty one where there is no such file.
base::Result<json> read_config(const base::Path& folder, const char* name) {
  const base::Path path = folder / "input" / "config" / name;
  const auto bytes = base::read_file(path, kConfigBytesMax);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) return json::object();
  if (!bytes) return tl::unexpected(bytes.error());
  auto value = json::parse(bytes->begin(), bytes->end(), nullptr, false);
  if (value.is_object()) return value;
  return base::fail(ErrorKind::kCorrupt, fmt::format("{} is not a JSON object", path.string()));
}

Hyperparameters to_hyperparameters(const json& config) {
  Hyperparameters given;
  for (const auto& [name, value] : config.items()) {
    given[name] = value.is_string() ? value.get<std::string>()
                                    : value.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return given;
}

std::string text_of(const json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

base::Result<void> check_channel(const std::string& name, const json& config) {
  const auto refuse = [&](std::string_view what) {
    return base::fail(ErrorKind::kInvalid, fmt::format("channel {}: {}", name, what));
  };
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) {
    return refuse("that is no name of a channel");
  }
  if (text_of(config, "TrainingInputMode") == "Pipe") {
    return refuse("input mode Pipe is not available; set it to File or FastFile");
  }
  if (text_of(config, "RecordWrapperType") == "RecordIO" ||
      text_of(config, "ContentType").starts_with("application/x-recordio")) {
    return refuse(
        "RecordIO is not read; give the photos themselves, with content type application/x-image "
        "and no record wrapper");
  }
  return {};
}

base::Result<void> read_channels(Contract& contract, const json& config) {
  for (const auto& [name, channel] : config.items()) {
    KENNEL_TRY_VOID(check_channel(name, channel));
    contract.channels.push_back(
        {.name = name,
         .folder = contract.data() / name,
         .sharded = text_of(channel, "S3DistributionType") == "ShardedByS3Key"});
  }
  return {};
}

base::Result<void> read_hosts(Contract& contract, const json& config) {
  contract.hosts = {"algo-1"};
  contract.current_host = "algo-1";
  if (config.empty()) return {};
  const auto refuse = [] {
    return base::fail(ErrorKind::kCorrupt, "resourceconfig.json does not name the hosts");
  };
  const auto hosts = config.find("hosts");
  if (hosts == config.end() || !hosts->is_array() || hosts->empty() || hosts->size() > kHostsMax ||
      !std::ranges::all_of(*hosts, [](const json& host) { return host.is_string(); })) {
    return refuse();
  }
  contract.hosts = hosts->get<std::vector<std::string>>();
  contract.current_host = text_of(config, "current_host");
  // algo-10 comes after algo-9.
  std::ranges::sort(contract.hosts, [](const auto& a, const auto& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  });
  if (std::ranges::find(contract.hosts, contract.current_host) == contract.hosts.end() ||
      std::ranges::adjacent_find(contract.hosts) != contract.hosts.end()) {
    return refuse();
  }
  return {};
}

base::Result<void> read_digests(Contract& contract, const json& config) {
  const auto refuse = [](std::string_view name) {
    return base::fail(ErrorKind::kCorrupt,
                      fmt::format("inputdigests.json has no digest of {}", name));
  };
  for (const auto& [channel, photos] : config.items()) {
    if (!photos.is_object()) return refuse(channel);
    for (const auto& [name, digest] : photos.items()) {
      const auto bytes =
          digest.is_string() ? base::from_hex(digest.get<std::string>()) : std::nullopt;
      base::Digest known;
      if (!bytes || bytes->size() != known.bytes.size()) return refuse(name);
      std::memcpy(known.bytes.data(), bytes->data(), bytes->size());
      contract.digests[(contract.data() / channel / name).native()] = known;
    }
  }
  return {};
}

}  // namespace

bool Contract::is_sharded(const base::Path& photo) const {
  return std::ranges::any_of(channels, [&](const InputChannel& channel) {
    return channel.sharded && photo.native().starts_with((channel.folder / "").native());
  });
}

base::Result<Contract> read_contract(const base::Path& folder) {
  Contract contract{.folder = folder};
  KENNEL_TRY(const json hyperparameters, read_config(folder, "hyperparameters.json"));
  contract.hyperparameters = to_hyperparameters(hyperparameters);
  KENNEL_TRY(const json hosts, read_config(folder, "resourceconfig.json"));
  KENNEL_TRY_VOID(read_hosts(contract, hosts));
  KENNEL_TRY(const json channels, read_config(folder, "inputdataconfig.json"));
  KENNEL_TRY_VOID(read_channels(contract, channels));
  KENNEL_TRY(const json digests, read_config(folder, "inputdigests.json"));
  KENNEL_TRY_VOID(read_digests(contract, digests));
  return contract;
}

}  // namespace kennel::instance
