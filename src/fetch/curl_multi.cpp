#include "fetch/curl_multi.h"

#include <fmt/format.h>

#include <chrono>
#include <new>
#include <stdexcept>

namespace kennel::fetch {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};

void expect(CURLMcode code) {
  if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLM_OK) {
    throw std::runtime_error(fmt::format("libcurl failed: {}", curl_multi_strerror(code)));
  }
}

struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// One transfer in a stack of its own, so that no connection or resolved name is shared.
class Stack {
 public:
  explicit Stack(CURL* easy) : multi_(curl_multi_init()), easy_(easy) {
    if (multi_ == nullptr) throw std::bad_alloc();
    expect(curl_multi_add_handle(multi_.get(), easy_));
  }
  ~Stack() { curl_multi_remove_handle(multi_.get(), easy_); }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // False once it has ended.
  bool go_on() {
    int running = 0;
    expect(curl_multi_perform(multi_.get(), &running));
    return running > 0;
  }
  void wait() {
    expect(
        curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(kLookEvery.count()), nullptr));
  }

  [[nodiscard]] CURLcode outcome() {
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left);
    if (message == nullptr || message->msg != CURLMSG_DONE) {
      throw std::runtime_error("libcurl ended a transfer and said nothing");
    }
    return message->data.result;
  }

 private:
  std::unique_ptr<CURLM, MultiCloser> multi_;
  CURL* easy_;
};

}  // namespace

CURLcode perform(CURL* easy, const std::atomic<bool>* stop) {
  Stack stack(easy);
  while (stack.go_on()) {
    if (stop != nullptr && *stop) return CURLE_ABORTED_BY_CALLBACK;
    stack.wait();
  }
  return stack.outcome();
}

}  // namespace kennel::fetch
