// How the instances of a job put their work together: all but algo-1 send the features of their
// photos to algo-1, where the head is trained.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "instance/frame.h"
#include "instance/wire_socket.h"

namespace kennel::instance {

inline constexpr std::uint16_t kExchangePort = 7890;

// Who meets, where, and about what.
struct Meeting {
  std::vector<std::string> hosts;  // algo-1 first
  std::string current_host;
  std::map<std::string, std::string> addresses;  // of hosts that their names do not lead to
  std::uint16_t port = kExchangePort;
  std::string token;
  base::Digest space;
  int width = 0;

  [[nodiscard]] std::string address(const std::string& host) const;
};

// Connects to algo-1 and says hello.
[[nodiscard]] base::Result<Connection> join(const Meeting& meeting, const Patience& patience);

// Sends all photos, and returns when algo-1 has them.
[[nodiscard]] base::Result<void> send_photos(Connection& connection, const Meeting& meeting,
                                             std::span<const SharedPhoto> photos,
                                             const Patience& patience);

// Tells the other side why there will be no more. What it makes of it is its own business.
void send_error(Connection& connection, const std::string& reason, const Patience& patience);

// Hears what algo-1 receives, instance by instance.
struct Collection {
  std::function<void(const std::string& host, std::vector<SharedPhoto> photos)> on_photos;
  std::function<void(const std::string& host, std::uint64_t photos)> on_done;
  std::function<void(const std::string& note)> on_note;
};

// Waits for all other instances, and takes their photos. Somebody who is none of them is turned
// away with a note. An instance that goes away, fails, or computes other features is an error.
[[nodiscard]] base::Result<void> collect_photos(Listener& listener, const Meeting& meeting,
                                                const Patience& patience,
                                                const Collection& collection);

}  // namespace kennel::instance
