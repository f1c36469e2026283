#include "fetch/fetcher.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "fetch/own_addresses.h"
#include "fetch/transfer.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr int kRedirects[] = {301, 302, 303, 307, 308};

// libcurl's state belongs to the process: it starts once and never ends.
void start_libcurl() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw std::runtime_error("libcurl could not start");
    }
  });
}

bool is_redirect(const Answer& answer) {
  return std::ranges::find(kRedirects, answer.status) != std::end(kRedirects) &&
         !answer.location.empty();
}

ErrorKind kind_of_status(int status) {
  if (status == 404 || status == 410) return ErrorKind::kNotFound;
  if (status == 429 || status == 503) return ErrorKind::kThrottled;
  return ErrorKind::kInvalid;
}

tl::unexpected<base::Error> refuse_status(const Url& url, int status) {
  return fail(kind_of_status(status),
              fmt::format("{} answered with status {} instead of 200", url.origin(), status));
}

// `redirected_by` is empty where nobody did.
tl::unexpected<base::Error> explain(const std::string& redirected_by, base::Error error) {
  if (redirected_by.empty()) return tl::unexpected(std::move(error));
  return base::fail_in("redirected by " + redirected_by, std::move(error));
}

}  // namespace

Fetcher::Fetcher(FetchRules rules) : rules_(std::move(rules)) { start_libcurl(); }

Result<Answer> Fetcher::ask(const Url& url, const Terms& terms) const {
  const Gate gate{.host = url.host(),
                  .port = url.port(),
                  .allowed = rules_.allowed,
                  .widened = terms.widened,
                  .own = own_addresses()};
  KENNEL_TRY_VOID(admit_port(gate));
  KENNEL_TRY(Answer answer, transfer({.url = url,
                                      .gate = gate,
                                      .bytes_max = rules_.bytes_max,
                                      .deadline = terms.deadline,
                                      .connect_timeout = rules_.connect_timeout,
                                      .ca_file = rules_.ca_file,
                                      .stop = terms.stop}));
  if (answer.status == 200 || is_redirect(answer)) return answer;
  return refuse_status(url, answer.status);
}

Result<base::Bytes> Fetcher::fetch(const std::string& text, const std::atomic<bool>* stop) const {
  if (!rules_.enabled) {
    return fail(ErrorKind::kDenied, "this server fetches nothing from URLs; send the photo itself");
  }
  Terms terms{.deadline = std::chrono::steady_clock::now() + rules_.timeout, .stop = stop};
  KENNEL_TRY(Url url, Url::parse(text));
  std::string redirected_by;
  for (int redirects = 0; redirects <= rules_.redirects_max; ++redirects) {
    auto answer = ask(url, terms);
    if (!answer) return explain(redirected_by, std::move(answer).error());
    if (answer->status == 200) return std::move(answer->body);
    redirected_by = url.origin();
    terms.widened = answer->peer == Verdict::kAllowed;
    auto next = url.follow(answer->location);
    if (!next) return explain(redirected_by, std::move(next).error());
    url = *std::move(next);
  }
  return fail(ErrorKind::kInvalid, fmt::format("redirected more than {} times, at last by {}",
                                               rules_.redirects_max, redirected_by));
}

}  // namespace kennel::fetch
