#include "dataset/channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "dataset/listing.h"

namespace kennel::dataset {
namespace {

using base::ErrorKind;

constexpr int kCommonFoldersMax = 16;
constexpr std::string_view kChannels =
    "one channel that holds <class>/<photo> or {train,valid,test}/<class>/<photo>, or channels "
    "named train, validation and test that hold <class>/<photo> each";

base::Result<void> check_no_records(const Channel& channel, const Listing& listing) {
  const auto record = std::ranges::find_if(listing.photos, [](const auto& name) {
    return name.ends_with(".rec") || name.ends_with(".recordio");
  });
  if (record == listing.photos.end()) return {};
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("channel {} holds RecordIO files ({}), which this classifier does "
                                "not read; upload the photos themselves, in a folder a class",
                                channel.name, *record));
}

// Goes down while there is nothing but one folder of folders. A folder `stops` at is no way down.
base::Result<base::Path> skip_common(const Channel& channel, bool (*stops)(std::string_view)) {
  base::Path folder = channel.folder;
  for (int depth = 0; depth < kCommonFoldersMax; ++depth) {
    KENNEL_TRY(const Listing here, list_folder(folder));
    KENNEL_TRY_VOID(check_no_records(channel, here));
    if (here.folders.size() != 1 || !here.photos.empty() || stops(here.folders[0])) break;
    const base::Path next = folder / here.folders[0];
    KENNEL_TRY(const Listing below, list_folder(next));
    KENNEL_TRY_VOID(check_no_records(channel, below));
    if (below.folders.empty() || !below.photos.empty()) break;
    folder = next;
  }
  return folder;
}

base::Result<void> check_channel(const Channel& channel) {
  std::error_code ignored;
  if (std::filesystem::is_directory(channel.folder, ignored)) return {};
  return base::fail(ErrorKind::kNotFound, fmt::format("channel {} has no folder at {}",
                                                      channel.name, channel.folder.string()));
}

base::Result<Layout> find_in_one(const Channel& channel) {
  const auto split = split_of_channel(channel.name);
  if (split && *split != Split::kTrain) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("there is a channel {} and none to train on: the classifier "
                                  "reads {}",
                                  channel.name, kChannels));
  }
  KENNEL_TRY_VOID(check_channel(channel));
  KENNEL_TRY(const base::Path folder, skip_common(channel, [](std::string_view name) {
               return split_of_channel(name).has_value();
             }));
  auto layout = find_layout(folder);
  if (!layout) return base::fail_in(fmt::format("channel {}", channel.name), layout.error());
  return layout;
}

base::Result<base::Path> find_classes(const Channel& channel) {
  KENNEL_TRY_VOID(check_channel(channel));
  KENNEL_TRY(base::Path folder, skip_common(channel, [](std::string_view) { return false; }));
  KENNEL_TRY(const Listing listing, list_folder(folder));
  const bool all_splits =
      listing.folders.size() > 1 && std::ranges::all_of(listing.folders, [](const auto& name) {
        return split_of_channel(name).has_value();
      });
  if (!all_splits) return folder;
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("channel {} holds the folders of all splits: give it as the only "
                                "channel, or give each channel the folder of its own split",
                                channel.name));
}

base::Result<std::map<Split, base::Path>> find_splits(std::span<const Channel> channels) {
  std::map<Split, base::Path> splits;
  std::map<Split, std::string> names;
  for (const Channel& channel : channels) {
    const auto split = split_of_channel(channel.name);
    if (!split) {
      return base::fail(
          ErrorKind::kInvalid,
          fmt::format("channel {} is not known: the classifier reads {}", channel.name, kChannels));
    }
    if (const auto other = names.find(*split); other != names.end()) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("channels {} and {} are both for {}: give one of them",
                                    other->second, channel.name, to_name(*split)));
    }
    names[*split] = channel.name;
    KENNEL_TRY(splits[*split], find_classes(channel));
  }
  return splits;
}

}  // namespace

std::optional<Split> split_of_channel(std::string_view name) {
  if (name == "train" || name == "training") return Split::kTrain;
  if (name == "valid" || name == "val" || name == "validation") return Split::kValid;
  if (name == "test") return Split::kTest;
  return std::nullopt;
}

base::Result<Layout> find_layout(std::span<const Channel> channels) {
  if (channels.empty()) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("there is no input channel: the classifier reads {}", kChannels));
  }
  if (channels.size() == 1) return find_in_one(channels.front());
  KENNEL_TRY(const auto splits, find_splits(channels));
  if (!splits.contains(Split::kTrain)) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("there is no channel train: the classifier reads {}", kChannels));
  }
  Layout layout{.train = splits.at(Split::kTrain), .has_splits = true};
  if (splits.contains(Split::kValid)) layout.valid = splits.at(Split::kValid);
  if (splits.contains(Split::kTest)) layout.test = splits.at(Split::kTest);
  return layout;
}

}  // namespace kennel::dataset
