#include "train/run_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/random.h"
#include "network/weights_file.h"

namespace kennel::train {
namespace {

using base::ErrorKind;
using dataset::Split;

base::Result<void> check_rows(const dataset::Dataset& data, const RunRows& rows) {
  std::vector<bool> present(data.classes.size(), false);
  for (const int label : rows.split(Split::kTrain).rows.labels) {
    present[static_cast<std::size_t>(label)] = true;
  }
  const auto absent = std::ranges::find(present, false);
  if (absent != present.end()) {
    const auto& name = data.classes[static_cast<std::size_t>(absent - present.begin())];
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("no photo of class \"{}\" in train could be read; repair or "
                                  "replace them, or remove the class's folders",
                                  name));
  }
  if (rows.split(Split::kValid).paths.empty()) {
    return base::fail(ErrorKind::kInvalid,
                      "no photo in valid could be read; repair them, or remove the folder to have "
                      "a valid split made from train");
  }
  return {};
}

}  // namespace

base::Result<PretrainedWeights> load_weights(const base::Path& path) {
  KENNEL_TRY(auto file, base::MappedFile::open(path));
  const auto shared = std::make_shared<base::MappedFile>(std::move(file));
  auto tensors = network::parse_weights(shared->bytes(), shared);
  if (!tensors) return base::fail_in(path.string(), tensors.error());
  return PretrainedWeights{*std::move(tensors), base::sha256(shared->bytes())};
}

std::vector<dataset::Sample> thinned(const std::vector<dataset::Sample>& samples,
                                     std::size_t classes, double fraction, std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> by_class(classes);
  for (std::size_t index = 0; index < samples.size(); ++index) {
    by_class[static_cast<std::size_t>(samples[index].label)].push_back(index);
  }
  std::vector<std::size_t> kept;
  for (std::size_t label = 0; label < by_class.size(); ++label) {
    auto& indices = by_class[label];
    base::Random(seed).fork("fraction", label).shuffle(std::span<std::size_t>(indices));
    const auto count =
        static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(indices.size())));
    kept.insert(kept.end(), indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::ranges::sort(kept);
  std::vector<dataset::Sample> chosen;
  for (const std::size_t index : kept) chosen.push_back(samples[index]);
  return chosen;
}

std::vector<base::Path> all_photos(const dataset::Dataset& data) {
  std::vector<base::Path> photos;
  for (const Split split : dataset::kSplits) {
    for (const auto& sample : data.split(split)) photos.push_back(sample.path);
  }
  return photos;
}

base::Result<RunRows> to_rows(const dataset::Dataset& data, const engine::Features& features) {
  RunRows rows;
  base::Hasher hasher;
  std::size_t next = 0;
  for (const Split split : dataset::kSplits) {
    SplitRows& chosen = rows.splits[static_cast<std::size_t>(split)];
    for (const auto& sample : data.split(split)) {
      const std::size_t index = next++;
      hasher.update(features.digests[index].bytes)
          .update_field(fmt::format("{} {}", dataset::to_name(split), sample.label));
      if (features.rows[index].empty()) continue;
      chosen.paths.push_back(sample.path);
      chosen.rows.rows.push_back(features.rows[index]);
      chosen.rows.labels.push_back(sample.label);
    }
  }
  rows.digest = hasher.finish();
  KENNEL_TRY_VOID(check_rows(data, rows));
  return rows;
}

}  // namespace kennel::train
