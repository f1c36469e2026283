// Blocking TCP between the instances of a job. Every wait ends: by what was waited for, by the
// other side's end, by a deadline, or when the job is stopped.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "instance/frame.h"

namespace kennel::instance {

struct Patience {
  const base::Clock& clock;
  const std::atomic<bool>* stop = nullptr;
  std::chrono::seconds meeting{600};  // until all instances are there
  std::chrono::seconds silence{60};   // within a message
};

// One connection. kInterrupted when stopped, kConflict when the other side is gone or silent.
class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  // Tries until somebody listens there.
  [[nodiscard]] static base::Result<Connection> open(const std::string& address, std::uint16_t port,
                                                     const Patience& patience);

  [[nodiscard]] base::Result<void> send(const Frame& frame, const Patience& patience);
  // Waits for the message's beginning as long as it takes, or until `deadline`. An error that the
  // other side sends is an error here.
  [[nodiscard]] base::Result<Frame> receive(
      const Patience& patience,
      std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt);

 private:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;
  [[nodiscard]] base::Result<void> wait(short events, const Patience& patience, Deadline deadline);
  [[nodiscard]] base::Result<void> fill(std::span<std::uint8_t> into, const Patience& patience,
                                        Deadline deadline);

  int descriptor_;
};

class Listener {
 public:
  // `address` is a name or a number. Port 0 takes a free one. kInvalid where it cannot listen.
  [[nodiscard]] static base::Result<Listener> open(const std::string& address, std::uint16_t port);
  Listener(Listener&& other) noexcept;
  ~Listener();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] base::Result<Connection> accept(const Patience& patience,
                                                std::chrono::steady_clock::time_point deadline);

 private:
  explicit Listener(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace kennel::instance
