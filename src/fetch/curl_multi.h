// libcurl's wall: its handles, and a transfer that can be stopped. Included in this room's sources
// only.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <memory>

namespace kennel::fetch {

struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyCloser>;

// Waits for the end of a transfer; its callbacks run on this thread, within. Looks at `stop`, where
// there is one, ten times a second: CURLE_ABORTED_BY_CALLBACK where it ended the transfer. Throws
// where libcurl itself fails.
[[nodiscard]] CURLcode perform(CURL* easy, const std::atomic<bool>* stop);

}  // namespace kennel::fetch
