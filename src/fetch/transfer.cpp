#include "fetch/transfer.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>

#include "base/number.h"
#include "fetch/curl_error.h"
#include "fetch/curl_multi.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kHeadBytesMax = 64 * base::kKiB;
constexpr long kSlowBytesPerSecond = 1024;
constexpr long kSlowSecondsMax = 5;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) {
    throw std::runtime_error(fmt::format("libcurl does not take its option {}: {}",
                                         static_cast<int>(option), curl_easy_strerror(code)));
  }
}

// Why we ended a transfer that libcurl would have gone on with.
enum class Cut { kNone, kHeadTooLong, kBodyTooLong, kNoBodyWanted, kOtherPeer };

// A transfer under way: what libcurl's callbacks see. They run within `run`, on its thread.
class Transfer {
 public:
  explicit Transfer(const Request& request);
  Result<Answer> run();

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* target);
  static int check_peer(void* self, char* peer, char* local, int peer_port, int local_port);
  static std::size_t take_head_line(char* line, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);

  void set_safety();
  void set_limits();
  void set_callbacks();
  [[nodiscard]] bool admits(const Address& address);
  [[nodiscard]] bool takes_line(std::string_view line);
  [[nodiscard]] Cut judge_head() const;
  [[nodiscard]] bool takes_bytes(base::ByteView bytes);
  [[nodiscard]] int status() const;
  [[nodiscard]] std::string header(const char* name) const;  // "": none
  [[nodiscard]] Result<Answer> conclude(CURLcode code);
  [[nodiscard]] base::Error explain(CURLcode code) const;

  // Exceptions do not pass through libcurl: they wait here until it has returned.
  template <class Work>
  bool guarded(Work work) {
    try {
      return work();
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }

  const Request& request_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> fields_;
  EasyHandle easy_;
  Answer answer_;
  std::size_t head_bytes_ = 0;
  Cut cut_ = Cut::kNone;
  bool admitted_ = false;           // any address of the host
  std::optional<Address> refused_;  // the last one
  std::exception_ptr thrown_;
};

Transfer::Transfer(const Request& request)
    : request_(request),
      fields_(curl_slist_append(nullptr, "Accept-Encoding: identity"), curl_slist_free_all),
      easy_(curl_easy_init()) {
  if (easy_ == nullptr || fields_ == nullptr) throw std::bad_alloc();
  set(easy_.get(), CURLOPT_CURLU, request.url.handle());
  set_safety();
  set_limits();
  set_callbacks();
}

// What is off by libcurl's defaults stands here too where a stranger could use it.
void Transfer::set_safety() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  set(easy, CURLOPT_HTTPHEADER, fields_.get());
  set(easy, CURLOPT_USERAGENT, "kennel/" KENNEL_VERSION);
  set(easy, CURLOPT_PROXY, "");  // none, whatever the environment says
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_NONE));
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request_.ca_file.empty()) set(easy, CURLOPT_CAINFO, request_.ca_file.c_str());
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
}

void Transfer::set_limits() {
  CURL* easy = easy_.get();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(request_.deadline -
                                                                 std::chrono::steady_clock::now());
  // 0 would mean as long as it takes.
  const auto left_ms = std::max<long>(1, static_cast<long>(left.count()));
  set(easy, CURLOPT_TIMEOUT_MS, left_ms);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,
      std::clamp<long>(static_cast<long>(request_.connect_timeout.count()), 1, left_ms));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, kSlowBytesPerSecond);
  set(easy, CURLOPT_LOW_SPEED_TIME, kSlowSecondsMax);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs does not hold us up
}

void Transfer::set_callbacks() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, this);
  set(easy, CURLOPT_PREREQFUNCTION, &Transfer::check_peer);
  set(easy, CURLOPT_PREREQDATA, this);
  set(easy, CURLOPT_HEADERFUNCTION, &Transfer::take_head_line);
  set(easy, CURLOPT_HEADERDATA, this);
  set(easy, CURLOPT_WRITEFUNCTION, &Transfer::take_body);
  set(easy, CURLOPT_WRITEDATA, this);
}

// The address here is the one that is connected to: nothing is resolved again in between. Where a
// host has several, libcurl comes here for each that it tries.
curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* target) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto address = Address::of_socket(target->addr, target->addrlen);
  if (!address || target->socktype != SOCK_STREAM) return CURL_SOCKET_BAD;
  if (!transfer.guarded([&] { return transfer.admits(*address); })) return CURL_SOCKET_BAD;
  return ::socket(target->addr.sa_family, SOCK_STREAM | SOCK_CLOEXEC, target->protocol);
}

bool Transfer::admits(const Address& address) {
  const bool admitted = judge(request_.gate, address) != Verdict::kRefused;
  if (admitted) {
    admitted_ = true;
  } else {
    refused_ = address;
  }
  return admitted;
}

// Connected, and nothing is asked for yet: whom to, says the system.
int Transfer::check_peer(void* self, char* peer, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  const bool holds = transfer.guarded([&transfer, peer] {
    const auto address = Address::parse(peer);
    if (address) transfer.answer_.peer = judge(transfer.request_.gate, *address);
    return transfer.answer_.peer != Verdict::kRefused;
  });
  if (!holds) transfer.cut_ = Cut::kOtherPeer;
  return holds ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t Transfer::take_head_line(char* line, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view text(line, size * count);
  return transfer.guarded([&] { return transfer.takes_line(text); }) ? text.size() : 0;
}

bool Transfer::takes_line(std::string_view line) {
  head_bytes_ += line.size();
  if (head_bytes_ > kHeadBytesMax) {
    cut_ = Cut::kHeadTooLong;
    return false;
  }
  if (line == "\r\n" || line == "\n") cut_ = judge_head();
  return cut_ == Cut::kNone;
}

// At the end of a head; there may be several, as of 100 Continue.
Cut Transfer::judge_head() const {
  if (status() < 200) return Cut::kNone;
  if (status() != 200) return Cut::kNoBodyWanted;
  const auto length = base::parse_number<std::uint64_t>(header("Content-Length"));
  return length.value_or(0) > request_.bytes_max ? Cut::kBodyTooLong : Cut::kNone;
}

std::size_t Transfer::take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const base::ByteView piece = base::as_bytes({bytes, size * count});
  return transfer.guarded([&] { return transfer.takes_bytes(piece); }) ? piece.size() : 0;
}

bool Transfer::takes_bytes(base::ByteView bytes) {
  if (status() != 200) {
    cut_ = Cut::kNoBodyWanted;
    return false;
  }
  if (bytes.size() > request_.bytes_max - answer_.body.size()) {
    cut_ = Cut::kBodyTooLong;
    return false;
  }
  answer_.body.insert(answer_.body.end(), bytes.begin(), bytes.end());
  return true;
}

int Transfer::status() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::string Transfer::header(const char* name) const {
  curl_header* field = nullptr;
  const CURLHcode code =
      curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, /*request=*/-1, &field);
  return code == CURLHE_OK ? field->value : "";
}

Result<Answer> Transfer::run() {
  if (std::chrono::steady_clock::now() >= request_.deadline) {
    return tl::unexpected(explain(CURLE_OPERATION_TIMEDOUT));
  }
  return conclude(perform(easy_.get(), request_.stop));
}

Result<Answer> Transfer::conclude(CURLcode code) {
  if (thrown_) std::rethrow_exception(thrown_);
  if (refused_ && !admitted_) return tl::unexpected(refusal(request_.gate, *refused_));
  if (code != CURLE_OK && cut_ != Cut::kNoBodyWanted) return tl::unexpected(explain(code));
  answer_.status = status();
  answer_.location = header("Location");
  return std::move(answer_);
}

base::Error Transfer::explain(CURLcode code) const {
  const std::string origin = request_.url.origin();
  if (cut_ == Cut::kBodyTooLong) {
    return {ErrorKind::kTooLarge, fmt::format("what {} gives is longer than {}", origin,
                                              base::to_human_size(request_.bytes_max))};
  }
  if (cut_ == Cut::kHeadTooLong) {
    return {ErrorKind::kTooLarge, fmt::format("the head of {}'s answer is too long", origin)};
  }
  if (cut_ == Cut::kOtherPeer) {
    return {ErrorKind::kDenied, fmt::format("{} led to an address that was not checked", origin)};
  }
  return explain_curl(code, request_);
}

}  // namespace

Result<Answer> transfer(const Request& request) { return Transfer(request).run(); }

}  // namespace kennel::fetch
