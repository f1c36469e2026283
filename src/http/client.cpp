#include "http/client.h"

#include <optional>

#include "aio/loop.h"
#include "http/kept_connection.h"
#include "http/url.h"

namespace kennel::http {

namespace {

using Answer = std::optional<ClientResult<ClientResponse>>;

aio::Task<ClientResult<ClientResponse>> ask_once(const ClientRequest& request,
                                                 std::shared_ptr<const Origin> origin,
                                                 std::string_view target) {
  const auto end = std::chrono::steady_clock::now() + request.timeout;
  auto connecting = KeptConnection::connect(std::move(origin), end);
  KENNEL_CO_TRY(const auto connection, co_await std::move(connecting));
  OutgoingRequest outgoing{.method = request.method,
                           .target = target,
                           .fields = request.fields,
                           .body = request.body,
                           .body_bytes_max = request.body_bytes_max};
  outgoing.fields.push_back({"Connection", "close"});
  auto asking = connection->exchange(std::move(outgoing), end);
  co_return co_await std::move(asking);
}

aio::Task<> ask_into(Answer& answer, const ClientRequest& request,
                     std::shared_ptr<const Origin> origin, std::string_view target) {
  auto asking = ask_once(request, std::move(origin), target);
  answer = co_await std::move(asking);
}

}  // namespace

base::Result<ClientResponse> fetch(const ClientRequest& request) {
  KENNEL_TRY(const Url url, parse_url(request.url));
  KENNEL_TRY(const auto origin, Origin::resolve(url, request.ca_file));
  Answer answer;
  aio::Loop loop;
  loop.spawn([&] { return ask_into(answer, request, origin, url.target); });
  loop.run();
  if (!*answer) return tl::unexpected(to_error(std::move(*answer).error()));
  return **std::move(answer);
}

}  // namespace kennel::http
