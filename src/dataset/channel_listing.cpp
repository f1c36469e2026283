#include "dataset/channel_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "dataset/listing.h"

namespace kennel::dataset {
namespace {

using base::ErrorKind;

constexpr std::string_view kListSuffix = "_lst";
constexpr std::uint64_t kListBytesMax = base::kGiB;
constexpr std::uint32_t kLabelMax = 99'999;

struct LabelledPath {
  std::uint32_t label = 0;
  base::Path photo;
};

// A split's two channels.
struct ListedSplit {
  const Channel* photos = nullptr;
  const Channel* list = nullptr;
};
using ListedSplits = std::map<Split, ListedSplit>;

bool is_list(const Channel& channel) { return channel.name.ends_with(kListSuffix); }

// im2rec writes 7 as "7.000000".
std::optional<std::uint32_t> parse_label(std::string_view text) {
  std::uint32_t label = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), label);
  if (error != std::errc() || label > kLabelMax) return std::nullopt;
  const std::string_view fraction = text.substr(static_cast<std::size_t>(rest - text.data()));
  const bool is_whole =
      fraction.empty() ||
      (fraction.front() == '.' && fraction.find_first_not_of('0', 1) == std::string_view::npos);
  return is_whole ? std::optional(label) : std::nullopt;
}

base::Result<LabelledPath> find_photo(ListedPhoto listed, const Channel& photos) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(photos.folder / listed.path, ignored)) {
    return LabelledPath{listed.label, photos.folder / listed.path};
  }
  return base::fail(ErrorKind::kNotFound, fmt::format("there is no photo {} in channel {}",
                                                      listed.path.string(), photos.name));
}

base::Result<base::Path> find_list(const Channel& channel) {
  KENNEL_TRY(const Listing listing, list_folder(channel.folder));
  std::vector<std::string> lists = listing.photos;
  std::erase_if(lists, [](const std::string& name) { return !name.ends_with(".lst"); });
  if (lists.size() == 1) return channel.folder / lists.front();
  return base::fail(ErrorKind::kInvalid, fmt::format("channel {} holds {} .lst files, not one",
                                                     channel.name, lists.size()));
}

base::Result<std::vector<LabelledPath>> read_list(const ListedSplit& split) {
  KENNEL_TRY(const base::Path path, find_list(*split.list));
  KENNEL_TRY(const base::Bytes bytes, base::read_file(path, kListBytesMax));
  std::vector<LabelledPath> photos;
  std::string_view rest = base::as_text(bytes);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto photo = parse_list_line(line).and_then(
        [&](ListedPhoto one) { return find_photo(std::move(one), *split.photos); });
    if (!photo) {
      return base::fail_in(fmt::format("channel {}: {}, line {}", split.list->name,
                                       path.filename().string(), number),
                           photo.error());
    }
    photos.push_back(*std::move(photo));
  }
  return photos;
}

base::Result<ListedSplits> pair_channels(std::span<const Channel> channels) {
  ListedSplits splits;
  for (const Channel& channel : channels) {
    std::string_view name = channel.name;
    if (is_list(channel)) name.remove_suffix(kListSuffix.size());
    const auto split = split_of_channel(name);
    const Channel** place = nullptr;
    if (split) place = is_list(channel) ? &splits[*split].list : &splits[*split].photos;
    if (place == nullptr || *place != nullptr) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("channel {} is {}: with .lst files channels are train, "
                                    "train_lst, validation and validation_lst",
                                    channel.name, split ? "one too many" : "not known"));
    }
    *place = &channel;
  }
  for (const auto& [split, pair] : splits) {
    if (pair.photos != nullptr && pair.list != nullptr) continue;
    const Channel& alone = pair.list == nullptr ? *pair.photos : *pair.list;
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("channel {} has no channel of {} beside it", alone.name,
                                  pair.list == nullptr ? "its .lst file" : "its photos"));
  }
  if (splits.contains(Split::kTrain)) return splits;
  return base::fail(ErrorKind::kInvalid, "there is no channel train");
}

base::Result<PhotoListing> list_by_lists(std::span<const Channel> channels) {
  KENNEL_TRY(const ListedSplits splits, pair_channels(channels));
  std::map<Split, std::vector<LabelledPath>> photos;
  std::uint32_t label_max = 0;
  for (const auto& [split, pair] : splits) {
    KENNEL_TRY(photos[split], read_list(pair));
    // In order, so that each goes to the end of its class.
    std::ranges::sort(photos[split], {}, &LabelledPath::photo);
    for (const LabelledPath& one : photos[split]) label_max = std::max(label_max, one.label);
  }
  const std::size_t digits = std::to_string(label_max).size();
  PhotoListing listing;
  for (const auto& [split, paths] : photos) {
    for (const LabelledPath& one : paths) {
      add_photo(listing.split(split), fmt::format("{:0{}}", one.label, digits), one.photo);
    }
  }
  listing.layout = {.train = splits.at(Split::kTrain).photos->folder, .has_splits = true};
  const auto folder_of = [&](Split split) -> std::optional<base::Path> {
    const auto found = splits.find(split);
    if (found == splits.end()) return std::nullopt;
    return found->second.photos->folder;
  };
  listing.layout.valid = folder_of(Split::kValid);
  listing.layout.test = folder_of(Split::kTest);
  return listing;
}

}  // namespace

base::Result<ListedPhoto> parse_list_line(std::string_view line) {
  if (std::ranges::count(line, '\t') != 2) {
    return base::fail(ErrorKind::kInvalid,
                      "should be a number, one label and a photo's path, with tabs between them");
  }
  const std::size_t first = line.find('\t');
  const std::size_t last = line.rfind('\t');
  const std::string_view label_text = line.substr(first + 1, last - first - 1);
  const auto label = parse_label(label_text);
  if (!label) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("\"{}\" is no label: labels are whole numbers from 0 to {}",
                                  label_text, kLabelMax));
  }
  base::Path path(line.substr(last + 1));
  const bool is_below = path.is_relative() && std::ranges::find(path, "..") == path.end();
  if (is_below) return ListedPhoto{*label, std::move(path)};
  return base::fail(
      ErrorKind::kInvalid,
      fmt::format("there is no photo {}: paths are below their channel", path.string()));
}

base::Result<PhotoListing> list_channels(std::span<const Channel> channels) {
  if (std::ranges::any_of(channels, is_list)) return list_by_lists(channels);
  KENNEL_TRY(Layout layout, find_layout(channels));
  return list_photos(std::move(layout));
}

}  // namespace kennel::dataset
