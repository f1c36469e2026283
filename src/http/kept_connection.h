// A client's connection that is kept: one exchange of a request for its answer after the other,
// plain or TLS.
//
// Loop thread only, one exchange at a time. Whatever an exchange fails with, the connection is at
// its end then; `is_usable` says whether another can follow.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "aio/deadline.h"
#include "aio/task.h"
#include "http/client_error.h"
#include "http/client_message.h"
#include "http/input.h"
#include "http/origin.h"
#include "http/response_reader.h"
#include "http/transport.h"

namespace kennel::http {

class KeptConnection {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // To the first of the host's addresses that answers until `end`; checks its certificate.
  [[nodiscard]] static aio::Task<ClientResult<std::unique_ptr<KeptConnection>>> connect(
      std::shared_ptr<const Origin> origin, Moment end);
  ~KeptConnection();
  KeptConnection(const KeptConnection&) = delete;
  KeptConnection& operator=(const KeptConnection&) = delete;

  // At `end` it is cut, wherever it stands. The answer of a server that then closes, without having
  // taken all of the request, is an answer.
  [[nodiscard]] aio::Task<ClientResult<ClientResponse>> exchange(OutgoingRequest request,
                                                                 Moment end);
  // Whether another exchange can follow: the last one left it open, and the server did since.
  [[nodiscard]] bool is_usable() { return open_ && transport_.is_at_rest(); }
  [[nodiscard]] std::uint64_t exchanges() const { return exchanges_; }  // that had an answer

 private:
  KeptConnection(std::shared_ptr<const Origin> origin, boost::asio::ip::tcp::socket socket);

  aio::Task<ClientResult<void>> begin_tls(Moment end);
  aio::Task<ClientResult<ClientResponse>> ask(const OutgoingRequest& request,
                                              ResponseReader& reader);
  void write_head(const OutgoingRequest& request);

  std::shared_ptr<const Origin> origin_;
  Transport transport_;
  aio::Deadline deadline_;
  Input input_;
  std::string out_;  // the head of a request
  std::uint64_t exchanges_ = 0;
  bool open_ = true;
};

}  // namespace kennel::http
