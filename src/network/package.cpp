#include "network/package.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "network/archive.h"
#include "network/weights_file.h"

namespace kennel::network {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr int kFormat = 1;
constexpr int kHiddenMax = 1 << 16;
constexpr std::size_t kClassesMax = 1 << 16;
constexpr int kJsonDepthMax = 64;
constexpr std::size_t kDescriptionBytesMax = 16 * base::kMiB;

json to_json(const vision::Transform& transform) {
  constexpr std::array<const char*, 3> kFilters{"bilinear", "bicubic", "lanczos"};
  return {{"resize_shorter", transform.resize_shorter},
          {"crop", transform.crop},
          {"filter", kFilters.at(static_cast<std::size_t>(transform.filter))},
          {"mean", transform.mean},
          {"std", transform.std}};
}

json head_json(const Package& package) {
  json layers = json::array();
  const Backbone& backbone = **get_backbone(package.backbone);
  const auto classes = static_cast<int>(package.classes.size());
  for (const auto& layer : head_layers(backbone.feature_width, package.hidden, classes)) {
    layers.push_back(
        {{"name", layer.name}, {"in", layer.in}, {"out", layer.out}, {"relu", layer.relu}});
  }
  return {{"hidden", package.hidden}, {"layers", layers}};
}

json description(const Package& package, base::ByteView weights) {
  json told{{"format", kFormat},
            {"kennel", KENNEL_VERSION},
            {"classes", package.classes},
            {"backbone", package.backbone},
            {"transform", to_json((*get_backbone(package.backbone))->transform)},
            {"head", head_json(package)},
            {"files", {{"model.pth", {{"sha256", base::sha256(weights).hex()}}}}},
            {"provenance", package.provenance},
            {"metrics", package.metrics}};
  if (package.quantization) told["quantization"] = to_json(*package.quantization);
  return told;
}

std::string labels_text(const std::vector<std::string>& classes) {
  std::string text;
  for (const auto& name : classes) text += name + "\n";
  return text;
}

// An entry of the package, or an error that says that there is none.
base::Result<base::ByteView> get_entry(const std::map<std::string, base::Bytes>& entries,
                                       const std::string& name) {
  const auto found = entries.find(name);
  if (found == entries.end()) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("it has no {}; was it made by `kennel train`?", name));
  }
  return base::ByteView(found->second);
}

base::Result<json> parse_description(base::ByteView text) {
  if (text.size() > kDescriptionBytesMax) {
    return base::fail(ErrorKind::kTooLarge, "its kennel.json is larger than 16 MiB");
  }
  bool too_deep = false;
  const auto limit_depth = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kJsonDepthMax;
    return !too_deep;
  };
  auto value = json::parse(text.begin(), text.end(), limit_depth, false);
  if (too_deep || !value.is_object()) {
    return base::fail(ErrorKind::kCorrupt, "its kennel.json is not a JSON object");
  }
  return value;
}

base::Error missing_field(const char* field) {
  return {ErrorKind::kCorrupt, fmt::format("its kennel.json has no valid \"{}\"", field)};
}

base::Result<void> check_format(const json& value) {
  const auto format = value.find("format");
  if (format == value.end() || !format->is_number_integer()) {
    return tl::unexpected(missing_field("format"));
  }
  if (*format != kFormat) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("its format is {}, this kennel reads format {}; use the version "
                                  "of kennel that made it",
                                  format->dump(), kFormat));
  }
  return {};
}

// What stands in labels.txt and on terminals: no control characters. JSON has made sure of UTF-8.
bool is_class_name(const std::string& text) {
  return !text.empty() && std::ranges::none_of(text, [](unsigned char letter) {
    return letter < 0x20 || letter == 0x7f;
  });
}

base::Result<std::vector<std::string>> parse_classes(const json& value) {
  const auto found = value.find("classes");
  if (found == value.end() || !found->is_array() || found->empty() || found->size() > kClassesMax) {
    return tl::unexpected(missing_field("classes"));
  }
  std::vector<std::string> classes;
  std::set<std::string> seen;
  for (const auto& name : *found) {
    if (!name.is_string()) return tl::unexpected(missing_field("classes"));
    const auto& text = name.get_ref<const std::string&>();
    if (!is_class_name(text) || !seen.insert(text).second) {
      return tl::unexpected(missing_field("classes"));
    }
    classes.push_back(text);
  }
  return classes;
}

base::Result<int> parse_hidden(const json& value) {
  const auto head = value.find("head");
  if (head == value.end() || !head->is_object()) return tl::unexpected(missing_field("head"));
  const auto hidden = head->find("hidden");
  if (hidden == head->end() || !hidden->is_number_integer()) {
    return tl::unexpected(missing_field("head.hidden"));
  }
  const auto units = hidden->get<std::int64_t>();
  if (units < 1 || units > kHiddenMax) return tl::unexpected(missing_field("head.hidden"));
  return static_cast<int>(units);
}

base::Result<std::string> parse_backbone(const json& value) {
  const auto found = value.find("backbone");
  if (found == value.end() || !found->is_string()) {
    return tl::unexpected(missing_field("backbone"));
  }
  KENNEL_TRY(const Backbone* backbone, get_backbone(found->get<std::string>()));
  return backbone->name;
}

base::Result<std::optional<Quantization>> read_quantization(const json& value,
                                                            const std::string& backbone) {
  const auto found = value.find("quantization");
  if (found == value.end()) return std::nullopt;
  KENNEL_TRY(const Backbone* described, get_backbone(backbone));
  KENNEL_TRY(auto quantization, parse_quantization(*found, *described));
  return quantization;
}

json object_or_empty(const json& value, const char* field) {
  const auto found = value.find(field);
  return found != value.end() && found->is_object() ? *found : json::object();
}

base::Result<void> check_digest(const json& value, base::ByteView weights) {
  const json::json_pointer place("/files/model.pth/sha256");
  if (!value.contains(place) || value.at(place) != base::sha256(weights).hex()) {
    return base::fail(ErrorKind::kCorrupt,
                      "its model.pth is not the one that kennel.json was written for");
  }
  return {};
}

// The classes and the hidden layer are what the weights say they are.
base::Result<void> check_head(const Package& package) {
  KENNEL_TRY(const Backbone* backbone, get_backbone(package.backbone));
  const auto classes = static_cast<int>(package.classes.size());
  for (const auto& layer : head_layers(backbone->feature_width, package.hidden, classes)) {
    const std::array<std::int64_t, 2> weight{layer.out, layer.in};
    KENNEL_TRY_VOID(package.weights.get(layer.name + ".weight", weight));
    KENNEL_TRY_VOID(package.weights.get(layer.name + ".bias", std::span(weight).first(1)));
  }
  return {};
}

base::Result<Package> parse_package(std::map<std::string, base::Bytes> entries) {
  KENNEL_TRY(const auto text, get_entry(entries, "kennel.json"));
  KENNEL_TRY(const auto value, parse_description(text));
  KENNEL_TRY_VOID(check_format(value));
  Package package;
  KENNEL_TRY(package.classes, parse_classes(value));
  KENNEL_TRY(package.backbone, parse_backbone(value));
  KENNEL_TRY(package.hidden, parse_hidden(value));
  KENNEL_TRY(package.quantization, read_quantization(value, package.backbone));
  package.provenance = object_or_empty(value, "provenance");
  package.metrics = object_or_empty(value, "metrics");
  KENNEL_TRY_VOID(get_entry(entries, "model.pth"));
  const auto weights = std::make_shared<base::Bytes>(std::move(entries["model.pth"]));
  KENNEL_TRY_VOID(check_digest(value, *weights));
  KENNEL_TRY(package.weights, parse_pth(*weights, weights));
  KENNEL_TRY_VOID(check_head(package));
  return package;
}

// What is read of a package, from a folder that one was unpacked into.
base::Result<std::map<std::string, base::Bytes>> read_unpacked(const base::Path& folder) {
  std::map<std::string, base::Bytes> entries;
  for (const char* name : {"kennel.json", "model.pth"}) {
    KENNEL_TRY(entries[name], base::read_file(folder / name, ArchiveLimits().total_bytes_max));
  }
  return entries;
}

// What a package's entries are made of.
struct PackageBytes {
  explicit PackageBytes(const Package& package)
      : weights(to_pth(package.weights)), labels(labels_text(package.classes)) {
    text = description(package, weights).dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  }

  // kennel.json first: who reads the archive knows what comes. Valid as long as this object.
  [[nodiscard]] std::vector<ArchiveEntry> entries(const PackageGraph& graph) const {
    return {{"kennel.json", base::as_bytes(text)},
            {"labels.txt", base::as_bytes(labels)},
            {"model.pth", weights},
            {"graph.xml", graph.xml},
            {"graph.bin", graph.bin}};
  }

  base::Bytes weights;
  std::string labels;
  std::string text;
};

}  // namespace

void write_package(base::Disk& disk, const base::Path& path, const Package& package,
                   const PackageGraph& graph) {
  const PackageBytes bytes(package);
  write_archive(disk, path, bytes.entries(graph));
}

void write_package_files(base::Disk& disk, const base::Path& folder, const Package& package,
                         const PackageGraph& graph) {
  const PackageBytes bytes(package);
  auto entries = bytes.entries(graph);
  disk.make_folders(folder);
  std::ranges::rotate(entries, entries.begin() + 1);
  for (const auto& entry : entries) base::write_atomically(disk, folder / entry.name, entry.bytes);
}

base::Result<Package> read_package(const base::Path& path) {
  auto entries = std::filesystem::is_directory(path) ? read_unpacked(path) : read_archive(path);
  if (!entries) return tl::unexpected(entries.error());
  auto package = parse_package(*std::move(entries));
  if (!package) return base::fail_in(path.string(), package.error());
  return package;
}

}  // namespace kennel::network
