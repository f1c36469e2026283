#include "key_listing.h"

#include <fmt/format.h>

#include "exchange_loop.h"

namespace kennel::load {
namespace {

// What stands between two tags, from `at` on, which moves behind it; nullopt: no more.
std::optional<std::string_view> take_element(std::string_view text, std::string_view name,
                                             std::size_t& at) {
  const std::string opening = fmt::format("<{}>", name);
  const std::size_t start = text.find(opening, at);
  if (start == std::string_view::npos) return std::nullopt;
  const std::size_t from = start + opening.size();
  at = text.find('<', from);
  return text.substr(from, at - from);
}

class Listing : public Work {
 public:
  Listing(const std::string& bucket, int page_keys, S3Signer& signer)
      : target_(fmt::format("/{}?list-type=2&max-keys={}", bucket, page_keys)), signer_(signer) {}

  std::optional<Request> next() override {
    if (!next_target_) return std::nullopt;
    return Request{signer_.sign({"GET", *std::exchange(next_target_, std::nullopt)})};
  }

  void end(const Request& /*request*/, const Answer& answer) override {
    if (answer.head.status != 200)
      throw std::runtime_error(fmt::format("a page was refused: {}", answer.body));
    pages_ms_.push_back(static_cast<float>(answer.ms));
    count_keys(answer.body);
    std::size_t at = 0;
    const auto token = take_element(answer.body, "NextContinuationToken", at);
    if (token) next_target_ = target_ + "&" + make_parameter("continuation-token", *token);
  }

  [[nodiscard]] nlohmann::json report(double seconds) {
    return {{"keys", keys_},
            {"pages", pages_ms_.size()},
            {"seconds", seconds},
            {"page", describe(pages_ms_)}};
  }

 private:
  void count_keys(std::string_view page) {
    std::size_t at = 0;
    while (const auto key = take_element(page, "Key", at)) {
      if (*key <= last_key_)
        throw std::runtime_error(fmt::format("key {} comes after {}", *key, last_key_));
      last_key_ = *key;
      ++keys_;
    }
  }

  std::string target_;
  std::optional<std::string> next_target_ = target_;
  S3Signer& signer_;
  std::string last_key_;
  std::size_t keys_ = 0;
  std::vector<float> pages_ms_;
};

}  // namespace

nlohmann::json list_keys(int port, const std::string& bucket, int page_keys, S3Signer& signer,
                         const ObjectBytes& objects) {
  Listing listing(bucket, page_keys, signer);
  ExchangeLoop loop(port, 1, objects);
  const auto start = SteadyClock::now();
  loop.run(listing);
  return listing.report(Seconds(SteadyClock::now() - start).count());
}

}  // namespace kennel::load
