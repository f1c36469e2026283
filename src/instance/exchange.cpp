#include "instance/exchange.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace kennel::instance {
namespace {

using base::ErrorKind;

constexpr std::size_t kBatchBytes = 4 * base::kMiB;
constexpr std::uint64_t kPhotosMax = 100'000'000;

Frame error_frame(const std::string& reason) {
  return {FrameKind::kError, {reason.begin(), reason.end()}};
}

// Who says hello and belongs here; an error says why not.
base::Result<Hello> check_hello(const base::Result<Frame>& frame, const Meeting& meeting,
                                const std::set<std::string>& awaited) {
  if (!frame) return tl::unexpected(frame.error());
  KENNEL_TRY(Hello hello, parse_hello(*frame));
  if (hello.token != meeting.token) {
    return base::fail(ErrorKind::kInvalid, "its token is not this job's");
  }
  if (!awaited.contains(hello.host)) {
    return base::fail(ErrorKind::kInvalid, "it is no instance of this job, or there already");
  }
  return hello;
}

using Connections = std::map<std::string, Connection>;

base::Result<Connections> meet_all(Listener& listener, const Meeting& meeting,
                                   const Patience& patience, const Collection& collection) {
  const auto deadline = patience.clock.now() + patience.meeting;
  std::set<std::string> awaited(meeting.hosts.begin() + 1, meeting.hosts.end());
  Connections connections;
  while (!awaited.empty()) {
    auto connection = listener.accept(patience, deadline);
    if (!connection) {
      return base::fail_in(fmt::format("waiting for {}", fmt::join(awaited, ", ")),
                           connection.error());
    }
    const auto frame = connection->receive(patience, patience.clock.now() + patience.silence);
    const auto hello = check_hello(frame, meeting, awaited);
    if (!hello) {
      collection.on_note(fmt::format("a connection was turned away: {}", hello.error().message));
      continue;
    }
    if (hello->space != meeting.space.hex()) {
      const auto reason = fmt::format(
          "{} computes other features than {}: all instances need the same weights and the same "
          "kennel",
          hello->host, meeting.current_host);
      send_error(*connection, reason, patience);
      return base::fail(ErrorKind::kConflict, reason);
    }
    awaited.erase(hello->host);
    connections.emplace(hello->host, *std::move(connection));
  }
  return connections;
}

// Everything from one instance.
base::Result<std::uint64_t> take_all(const std::string& host, Connection& connection,
                                     const Meeting& meeting, const Patience& patience,
                                     const Collection& collection) {
  std::uint64_t taken = 0;
  while (true) {
    KENNEL_TRY(const Frame frame, connection.receive(patience));
    if (frame.kind != FrameKind::kPhotos) {
      KENNEL_TRY(const std::uint64_t sent, parse_done(frame));
      if (sent == taken) break;
      return base::fail(ErrorKind::kCorrupt, "it sent more or fewer photos than it says");
    }
    KENNEL_TRY(auto photos, parse_photos(frame, meeting.width));
    taken += photos.size();
    if (taken > kPhotosMax) return base::fail(ErrorKind::kTooLarge, "it sent too many photos");
    collection.on_photos(host, std::move(photos));
  }
  KENNEL_TRY_VOID(connection.send({FrameKind::kThanks, {}}, patience));
  return taken;
}

}  // namespace

std::string Meeting::address(const std::string& host) const {
  const auto found = addresses.find(host);
  return found == addresses.end() ? host : found->second;
}

base::Result<Connection> join(const Meeting& meeting, const Patience& patience) {
  KENNEL_TRY(Connection connection,
             Connection::open(meeting.address(meeting.hosts.front()), meeting.port, patience));
  const Hello hello{meeting.current_host, meeting.token, meeting.space.hex()};
  KENNEL_TRY_VOID(connection.send(to_frame(hello), patience));
  return connection;
}

base::Result<void> send_photos(Connection& connection, const Meeting& meeting,
                               std::span<const SharedPhoto> photos, const Patience& patience) {
  const std::size_t row_bytes = static_cast<std::size_t>(meeting.width) * sizeof(float);
  const std::size_t batch = std::max<std::size_t>(1, kBatchBytes / (row_bytes + 256));
  for (std::size_t first = 0; first < photos.size(); first += batch) {
    const auto some = photos.subspan(first, std::min(batch, photos.size() - first));
    KENNEL_TRY_VOID(connection.send(to_frame(some, meeting.width), patience));
  }
  KENNEL_TRY_VOID(connection.send(to_done(photos.size()), patience));
  KENNEL_TRY(const Frame answer, connection.receive(patience));
  if (answer.kind == FrameKind::kThanks) return {};
  return base::fail(ErrorKind::kCorrupt, "algo-1 did not confirm the photos");
}

void send_error(Connection& connection, const std::string& reason, const Patience& patience) {
  (void)connection.send(error_frame(reason), patience);
}

base::Result<void> collect_photos(Listener& listener, const Meeting& meeting,
                                  const Patience& patience, const Collection& collection) {
  KENNEL_TRY(Connections connections, meet_all(listener, meeting, patience, collection));
  for (auto& [host, connection] : connections) {
    const auto taken = take_all(host, connection, meeting, patience, collection);
    if (!taken) return base::fail_in(host, taken.error());
    collection.on_done(host, *taken);
  }
  return {};
}

}  // namespace kennel::instance
