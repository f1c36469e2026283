#include "http/kept_connection.h"

#include <fcntl.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kennel::http {

namespace {

using boost::asio::ip::tcp;

constexpr std::string_view kTooLate = "no answer within the time given";

bool may_have_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

Transport::Timeout time_until(KeptConnection::Moment end) {
  return end - std::chrono::steady_clock::now();
}

// A socket that no child process inherits.
boost::system::error_code open_socket(tcp::socket& socket, const tcp::endpoint& address) {
  boost::system::error_code error;
  socket.open(address.protocol(), error);
  if (!error) ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  return error;
}

aio::Task<ClientResult<tcp::socket>> connect_to(tcp::endpoint address, KeptConnection::Moment end) {
  const auto loop = co_await boost::asio::this_coro::executor;
  tcp::socket socket(loop);
  boost::system::error_code error = open_socket(socket, address);
  if (error) co_return fail(ClientErrorKind::kRefused, error.message());
  aio::Deadline deadline(loop, [&socket] {
    boost::system::error_code ignored;
    socket.cancel(ignored);
  });
  deadline.set(time_until(end));
  auto connecting =
      socket.async_connect(address, boost::asio::redirect_error(boost::asio::use_awaitable, error));
  co_await std::move(connecting);
  if (deadline.passed()) co_return fail(ClientErrorKind::kTimeout, std::string(kTooLate));
  if (error) co_return fail(ClientErrorKind::kRefused, error.message());
  co_return socket;
}

}  // namespace

KeptConnection::KeptConnection(std::shared_ptr<const Origin> origin, tcp::socket socket)
    : origin_(std::move(origin)),
      transport_(std::move(socket)),
      deadline_(transport_.loop(), [this] { transport_.cut(); }) {}

KeptConnection::~KeptConnection() {
  if (open_) transport_.announce_end();
}

aio::Task<ClientResult<std::unique_ptr<KeptConnection>>> KeptConnection::connect(
    std::shared_ptr<const Origin> origin, Moment end) {
  ClientError last{ClientErrorKind::kRefused, "no address"};
  for (const tcp::endpoint& address : origin->addresses()) {
    auto connecting = connect_to(address, end);
    ClientResult<tcp::socket> socket = co_await std::move(connecting);
    if (!socket) {
      last = std::move(socket).error();
      continue;
    }
    std::unique_ptr<KeptConnection> connection(new KeptConnection(origin, *std::move(socket)));
    if (origin->tls()) {
      auto beginning = connection->begin_tls(end);
      KENNEL_CO_TRY_VOID(co_await std::move(beginning));
    }
    co_return connection;
  }
  last.message = "cannot connect to " + origin->authority() + ": " + last.message;
  co_return tl::unexpected(std::move(last));
}

aio::Task<ClientResult<void>> KeptConnection::begin_tls(Moment end) {
  auto shaking = transport_.connect_tls(origin_->make_tls(), time_until(end));
  const bool begun = co_await std::move(shaking);
  if (begun) co_return ClientResult<void>();
  open_ = false;
  const std::string with = "TLS with " + origin_->authority() + ": ";
  if (transport_.timed_out()) co_return fail(ClientErrorKind::kTimeout, with + "too slow");
  const long verdict = SSL_get_verify_result(transport_.tls());
  if (verdict != X509_V_OK) {
    co_return fail(ClientErrorKind::kUntrusted,
                   "the certificate of " + origin_->authority() +
                       " is not trusted: " + X509_verify_cert_error_string(verdict));
  }
  const std::string& complaint = transport_.complaint();
  co_return fail(ClientErrorKind::kReset,
                 with + "the connection broke: " + (complaint.empty() ? "closed" : complaint));
}

void KeptConnection::write_head(const OutgoingRequest& request) {
  out_.assign(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  out_ += origin_->authority();
  for (const base::Field& field : request.fields) {
    out_.append("\r\n").append(field.name).append(": ").append(field.value);
  }
  if (!request.body.empty() || may_have_body(request.method)) {
    out_.append("\r\nContent-Length: ").append(std::to_string(request.body.size()));
  }
  out_ += "\r\n\r\n";
}

aio::Task<ClientResult<ClientResponse>> KeptConnection::exchange(OutgoingRequest request,
                                                                 Moment end) {
  base::check(open_, "a connection that is at its end is not asked");
  open_ = false;  // until the answer says otherwise
  deadline_.set(time_until(end));
  ResponseReader reader(transport_, input_, request.body_bytes_max);
  auto asking = ask(request, reader);
  ClientResult<ClientResponse> answer = co_await std::move(asking);
  deadline_.clear();
  if (answer) {
    ++exchanges_;
    input_.shrink_if_empty();
    co_return answer;
  }
  ClientError error = std::move(answer).error();
  if (deadline_.passed()) error = {ClientErrorKind::kTimeout, std::string(kTooLate)};
  error.answer_begun = reader.begun();
  co_return tl::unexpected(std::move(error));
}

aio::Task<ClientResult<ClientResponse>> KeptConnection::ask(const OutgoingRequest& request,
                                                            ResponseReader& reader) {
  write_head(request);
  auto writing = transport_.write(out_, request.body, Transport::Timeout::max());
  const bool written = co_await std::move(writing);
  // Where it was not taken whole the answer may be there already: a refusal, for instance.
  auto reading_head = reader.read_head();
  KENNEL_CO_TRY(ResponseHead head, co_await std::move(reading_head));
  ClientResponse response{.status = head.status, .fields = std::move(head.fields)};
  head.fields.clear();
  if (request.method != "HEAD") {
    auto reading = reader.read_body(head);
    KENNEL_CO_TRY(response.body, co_await std::move(reading));
    head.keep_alive = head.keep_alive && !head.ends_with_connection();
  }
  open_ = written && head.keep_alive && input_.pending().empty();
  co_return response;
}

}  // namespace kennel::http
