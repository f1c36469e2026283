#include "engine/served_model.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "engine/classification.h"
#include "engine/compiled_file.h"
#include "network/package.h"

namespace kennel::engine {
namespace {

constexpr int kCacheFormat = 2;

// What a file's content stands for, without reading it.
std::string identity_of(const base::Path& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return "absent";
  return fmt::format("{} {} {} {}.{:09}", facts.st_dev, facts.st_ino, facts.st_size,
                     facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
}

std::string processor_kind() {
  return fmt::format("{}{}{}{}", __builtin_cpu_supports("avx2") != 0 ? 1 : 0,
                     __builtin_cpu_supports("avx512f") != 0 ? 1 : 0,
                     __builtin_cpu_supports("avx512bf16") != 0 ? 1 : 0,
                     __builtin_cpu_supports("avx512vnni") != 0 ? 1 : 0);
}

std::string cache_name(const base::Path& package, const ServedModelOptions& options) {
  base::Hasher hasher;
  hasher.update_field(std::to_string(kCacheFormat))
      .update_field(engine_version())
      .update_field(processor_kind())
      .update_field(std::filesystem::absolute(package).string())
      .update_field(identity_of(package))
      .update_field(identity_of(package / "kennel.json"))
      .update_field(identity_of(package / "model.pth"))
      .update_field(fmt::format("{} {} {} {}", options.precision, options.serving.batch_max,
                                options.serving.streams, options.serving.threads));
  return hasher.finish().hex().substr(0, 32) + ".compiled";
}

base::Result<ServedModel> assemble(CompiledFacts facts, std::unique_ptr<ServedNetwork> network) {
  KENNEL_TRY(const network::Backbone* backbone, network::get_backbone(facts.backbone));
  return ServedModel{.classes = std::move(facts.classes),
                     .backbone = backbone->name,
                     .transform = backbone->transform,
                     .precision = facts.precision,
                     .network = std::move(network)};
}

base::Result<ServedModel> load_compiled(const base::Path& path, ServedOptions options) {
  KENNEL_TRY(auto read, read_compiled(path));
  options.precision = read.facts.precision;
  KENNEL_TRY(auto network, import_network(read.file, read.compiled, options));
  KENNEL_TRY(auto model, assemble(std::move(read.facts), std::move(network)));
  model.from_cache = true;
  return model;
}

base::Result<ServedModel> compile_model(const base::Path& path, ServedModelOptions options) {
  KENNEL_TRY(const auto package, network::read_package(path));
  KENNEL_TRY(options.serving.precision, choose_precision(options.precision, package));
  KENNEL_TRY(const NetworkSpec spec, spec_of(package));
  KENNEL_TRY(auto network, compile_to_serve(spec, options.serving));
  return assemble({package.classes, package.backbone, options.serving.precision},
                  std::move(network));
}

}  // namespace

base::Result<ServedModel> load_served_model(const base::Path& package,
                                            const ServedModelOptions& options) {
  const base::Path kept = options.cache / cache_name(package, options);
  auto model = load_compiled(kept, options.serving);
  if (!model) model = compile_model(package, options);
  if (model) model->cache_file = kept;
  return model;
}

std::optional<std::string> keep_compiled(base::Disk& disk, const ServedModel& model) {
  try {
    const base::Path folder = model.cache_file.parent_path();
    disk.make_folders(folder);
    write_compiled(disk, model.cache_file, {model.classes, model.backbone, model.precision},
                   model.network->export_compiled());
    trim_compiled(disk, folder, kServedCacheBytesMax);
    return std::nullopt;
  } catch (const base::DiskError& error) {
    return fmt::format("the compiled model is not kept for the next start: {}", error.what());
  }
}

}  // namespace kennel::engine
