#include "instance/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "dataset/channel_listing.h"
#include "instance/hyperparameters.h"
#include "instance/share.h"
#include "train/run_data.h"

namespace kennel::instance {
namespace {

using base::ErrorKind;
using dataset::Split;

std::vector<dataset::Channel> to_channels(const Contract& contract) {
  std::vector<dataset::Channel> channels;
  for (const auto& channel : contract.channels) channels.push_back({channel.name, channel.folder});
  return channels;
}

std::vector<base::Path> paths_of(const std::vector<PhotoOfShare>& share) {
  std::vector<base::Path> paths;
  for (const auto& photo : share) paths.push_back(photo.path);
  return paths;
}

// One instance from start to end; `run` is the story.
class Job {
 public:
  Job(const Contract& contract, const Surroundings& surroundings, JobLog& log, base::Disk& disk,
      const base::Clock& clock)
      : contract_(contract),
        surroundings_(surroundings),
        log_(log),
        disk_(disk),
        clock_(clock),
        digests_(contract.digests) {}

  base::Result<void> run() {
    KENNEL_TRY_VOID(read_settings());
    KENNEL_TRY(listing_, dataset::list_channels(to_channels(contract_)));
    if (contract_.hosts.size() == 1) return train();
    KENNEL_TRY_VOID(open_space());
    if (!contract_.is_leader()) return help();
    KENNEL_TRY_VOID(gather());
    return train();
  }

 private:
  base::Result<void> read_settings() {
    const auto has_weights = [this](const std::string& name) {
      const auto backbone = network::get_backbone(name);
      return backbone && surroundings_.find_weights(**backbone);
    };
    KENNEL_TRY(settings_, read_hyperparameters(contract_.hyperparameters, has_weights));
    for (const auto& note : settings_.notes) log_.on_note(note);
    KENNEL_TRY(backbone_, network::get_backbone(settings_.backbone));
    KENNEL_TRY(weights_path_, surroundings_.find_weights(*backbone_));
    KENNEL_TRY(precision_, engine::parse_precision(settings_.precision));
    return {};
  }

  base::Result<void> open_space() {
    KENNEL_TRY(weights_, train::load_weights(weights_path_));
    const auto key = engine::space_key(pretrained(), precision_);
    space_.emplace(disk_, surroundings_.cache, key);
    meeting_ = {.hosts = contract_.hosts,
                .current_host = contract_.current_host,
                .addresses = surroundings_.addresses,
                .port = surroundings_.port,
                .token = surroundings_.token,
                .space = key.digest(),
                .width = key.width};
    return {};
  }

  // What every instance but algo-1 does.
  base::Result<void> help() {
    KENNEL_TRY(Connection connection, join(meeting_, patience()));
    auto photos = compute_share();
    if (!photos) {
      send_error(connection, photos.error().message, patience());
      return tl::unexpected(photos.error());
    }
    KENNEL_TRY_VOID(send_photos(connection, meeting_, *photos, patience()));
    log_.say(fmt::format("{}: features of {} photos, sent to {}; the head is trained there",
                         contract_.current_host, photos->size(), contract_.hosts.front()));
    return {};
  }

  base::Result<std::vector<SharedPhoto>> compute_share() {
    KENNEL_TRY(const auto share,
               choose_share(contract_, listing_,
                            {.fraction = settings_.fraction, .seed = settings_.head.seed}));
    const auto paths = paths_of(share);
    KENNEL_TRY(const auto features,
               engine::extract_features(*space_, pretrained(), paths, extraction_options()));
    for (const auto& failure : features.failures) {
      log_.on_note(fmt::format("left out {}: {}", failure.path.string(), failure.reason));
    }
    log_.on_features(features);
    return to_shared(contract_, share, features);
  }

  engine::ExtractionOptions extraction_options() {
    return {
        .precision = precision_,
        .threads = surroundings_.threads,
        .digests = &digests_,
        .stop = surroundings_.stop,
        .progress = [this](std::size_t done, std::size_t all) { log_.on_extraction(done, all); }};
  }

  // Puts the features of all instances into the cache, and what they are of into the listing.
  base::Result<void> gather() {
    KENNEL_TRY(Listener listener,
               Listener::open(meeting_.address(contract_.current_host), meeting_.port));
    KENNEL_TRY(const auto own, compute_share());
    for (const auto& photo : own) take_in(photo);
    log_.say(fmt::format("{}: features of {} photos; waiting for {} other instance{}",
                         contract_.current_host, own.size(), contract_.hosts.size() - 1,
                         contract_.hosts.size() == 2 ? "" : "s"));
    return collect_photos(
        listener, meeting_, patience(),
        {.on_photos = [this](const std::string&,
                             std::vector<SharedPhoto> photos) { take_in_all(std::move(photos)); },
         .on_done =
             [this](const std::string& host, std::uint64_t photos) {
               log_.say(fmt::format("{}: took the features of {} photos from {}",
                                    contract_.current_host, photos, host));
             },
         .on_note = [this](const std::string& note) { log_.on_note(note); }});
  }

  void take_in_all(std::vector<SharedPhoto> photos) {
    std::vector<features::FeatureSpace::Row> rows;
    for (auto& photo : photos) {
      take_in(photo);
      if (!space_->find(photo.digest)) rows.push_back({photo.digest, std::move(photo.features)});
    }
    space_->append(rows);
  }

  void take_in(const SharedPhoto& photo) {
    const base::Path path = contract_.data() / photo.path;
    digests_[path.native()] = photo.digest;
    if (is_sharded(contract_)) {
      dataset::add_photo(listing_.split(photo.split), photo.class_name, path);
    }
  }

  // Facts that the hyperparameters claim.
  base::Result<void> check_facts() {
    std::size_t classes = 0;
    std::size_t photos = 0;
    for (const auto& one : listing_.split(Split::kTrain)) {
      classes += one.photos.empty() ? 0 : 1;
      photos += one.photos.size();
    }
    if (settings_.num_classes && *settings_.num_classes != classes) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("1 hyperparameter cannot be used: num_classes={}: the photos "
                                    "are of {} classes; set it to that or leave it out",
                                    *settings_.num_classes, classes));
    }
    if (settings_.num_training_samples && *settings_.num_training_samples != photos) {
      log_.on_note(fmt::format("num_training_samples={}, but there are {} photos to train on",
                               *settings_.num_training_samples, photos));
    }
    return {};
  }

  base::Result<void> train() {
    KENNEL_TRY_VOID(check_facts());
    disk_.make_folders(contract_.checkpoint().parent_path());
    const train::RunOptions options{.data = contract_.data(),
                                    .folder = contract_.output(),
                                    .listing = std::move(listing_),
                                    .checkpoint = contract_.checkpoint(),
                                    .model_folder = contract_.model(),
                                    .digests = &digests_,
                                    .backbone = backbone_,
                                    .weights = weights_path_,
                                    .cache = surroundings_.cache,
                                    .precision = precision_,
                                    .head = settings_.head,
                                    .threads = surroundings_.threads,
                                    .fraction = settings_.fraction,
                                    .resume = true,
                                    .resume_if_fits = true,
                                    .command = "kennel-train job",
                                    .stop = surroundings_.stop};
    space_.reset();
    KENNEL_TRY(const auto summary, train::run_training(options, log_, disk_, clock_));
    log_.on_end(summary);
    return {};
  }

  [[nodiscard]] engine::PretrainedBackbone pretrained() const {
    return {*backbone_, weights_.tensors, weights_.digest};
  }
  [[nodiscard]] Patience patience() const { return {.clock = clock_, .stop = surroundings_.stop}; }

  const Contract& contract_;
  const Surroundings& surroundings_;
  JobLog& log_;
  base::Disk& disk_;
  const base::Clock& clock_;
  engine::KnownDigests digests_;
  JobSettings settings_;
  const network::Backbone* backbone_ = nullptr;
  base::Path weights_path_;
  engine::Precision precision_ = engine::Precision::kF32;
  dataset::PhotoListing listing_;
  train::PretrainedWeights weights_;
  std::optional<features::FeatureSpace> space_;
  Meeting meeting_;
};

}  // namespace

base::Result<void> run_job(const Contract& contract, const Surroundings& surroundings, JobLog& log,
                           base::Disk& disk, const base::Clock& clock) {
  return Job(contract, surroundings, log, disk, clock).run();
}

}  // namespace kennel::instance
