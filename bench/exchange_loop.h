// One thread, epoll, keep-alive connections to 127.0.0.1, one request in flight on each. The bytes
// of objects are neither copied before they are sent nor kept after they have come.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "load_client.h"
#include "object_bytes.h"

namespace kennel::load {

struct Request {
  std::string text;      // the head, and a body that is no object's
  ObjectPart sent = {};  // the body after it: size 0: none
  // Bytes of an object are expected: a good answer's body goes to `Work::receive`.
  ObjectPart wanted = {};
  std::uint64_t number = 0;  // for the work's own use
};

struct Answer {
  AnswerHead head;
  std::string body;  // of an object: empty
  double ms = 0;     // from the first byte sent
};

// What is to be asked, and what becomes of the answers.
class Work {
 public:
  virtual ~Work() = default;
  // nullopt: nothing now. The loop ends when no answer is due either.
  virtual std::optional<Request> next() = 0;
  virtual void receive(const Request&, std::uint64_t /*offset*/, std::string_view /*bytes*/) {}
  virtual void end(const Request& request, const Answer& answer) = 0;
};

class ExchangeLoop {
 public:
  ExchangeLoop(int port, int connections, const ObjectBytes& objects);
  ~ExchangeLoop();
  ExchangeLoop(const ExchangeLoop&) = delete;
  ExchangeLoop& operator=(const ExchangeLoop&) = delete;

  // Throws where an answer is cut off.
  void run(Work& work);

 private:
  struct Connection {
    int descriptor = -1;
    bool waits_for_room = false;  // in the socket's buffer
    std::optional<Request> request;
    std::uint64_t sent = 0;  // of the text and the object together
    SteadyClock::time_point began;
    std::string received;  // a head, and the body after it where it is no object's
    std::optional<AnswerHead> head;
    std::uint64_t body_received = 0;
  };

  void open(Connection& connection);
  void reopen(Connection& connection);
  void start(Connection& connection, Request request);
  void send(Connection& connection);
  // False: no room.
  bool send_piece(Connection& connection);
  void wait_for_room(Connection& connection, bool waits);
  void turn(Work& work);
  void receive(Connection& connection, Work& work);
  void take(Connection& connection, std::string_view bytes, Work& work);
  void take_body(Connection& connection, std::string_view bytes, Work& work);
  void end(Connection& connection, Work& work);

  int port_;
  const ObjectBytes& objects_;
  int epoll_;
  std::deque<Connection> connections_;
  std::vector<Connection*> free_;
  std::string buffer_;
};

}  // namespace kennel::load
