#include "instance/share.h"

#include <algorithm>

#include "train/run_data.h"

namespace kennel::instance {
namespace {

std::size_t current_index(const Contract& contract) {
  const auto found = std::ranges::find(contract.hosts, contract.current_host);
  return static_cast<std::size_t>(found - contract.hosts.begin());
}

// Every n-th of the photos that all instances have.
class Dealer {
 public:
  explicit Dealer(const Contract& contract)
      : own_(current_index(contract)), count_(contract.hosts.size()) {}
  bool deal() { return next_++ % count_ == own_; }

 private:
  std::size_t own_;
  std::size_t count_;
  std::size_t next_ = 0;
};

std::vector<PhotoOfShare> choose_listed(const Contract& contract,
                                        const dataset::PhotoListing& listing) {
  Dealer dealer(contract);
  std::vector<PhotoOfShare> share;
  for (const auto split : dataset::kSplits) {
    for (const auto& one : listing.split(split)) {
      for (const auto& photo : one.photos) {
        if (contract.is_sharded(photo) || dealer.deal()) share.push_back({split, one.name, photo});
      }
    }
  }
  return share;
}

}  // namespace

bool is_sharded(const Contract& contract) {
  return std::ranges::any_of(contract.channels, &InputChannel::sharded);
}

base::Result<std::vector<PhotoOfShare>> choose_share(const Contract& contract,
                                                     const dataset::PhotoListing& listing,
                                                     const ShareOptions& options) {
  if (is_sharded(contract)) return choose_listed(contract, listing);
  KENNEL_TRY(auto data, dataset::to_dataset(listing));
  auto& train = data.split(dataset::Split::kTrain);
  train = train::thinned(train, data.classes.size(), options.fraction, options.seed);
  Dealer dealer(contract);
  std::vector<PhotoOfShare> share;
  for (const auto split : dataset::kSplits) {
    for (const auto& sample : data.split(split)) {
      const auto& name = data.classes[static_cast<std::size_t>(sample.label)];
      if (dealer.deal()) share.push_back({split, name, sample.path});
    }
  }
  return share;
}

std::vector<SharedPhoto> to_shared(const Contract& contract, const std::vector<PhotoOfShare>& share,
                                   const engine::Features& features) {
  std::vector<SharedPhoto> photos;
  for (std::size_t index = 0; index < share.size(); ++index) {
    const auto& row = features.rows[index];
    if (row.empty()) continue;
    photos.push_back({.split = share[index].split,
                      .class_name = share[index].class_name,
                      .path = share[index].path.lexically_relative(contract.data()).native(),
                      .digest = features.digests[index],
                      .features = {row.begin(), row.end()}});
  }
  return photos;
}

}  // namespace kennel::instance
