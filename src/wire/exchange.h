// One request on its way through the front door: what is known of it so far.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "access/caller.h"
#include "http/message.h"
#include "wire/api_error.h"
#include "wire/call.h"
#include "wire/shape.h"

namespace kennel::wire {

struct Exchange {
  const http::RequestHead& head;
  http::BodyReader& body;
  std::string request_id;
  std::chrono::steady_clock::time_point started;
  TimePoint now;

  const Service* service;      // at first by its looks, then by the signature's scope
  std::string region;          // as signed for
  std::string signed_service;  // the same, its name in the scope
  std::string text;            // the whole body
  std::uint64_t bytes_in = 0;
  std::optional<access::Caller> caller;  // set once the signature held
  const ServiceBinding* binding = nullptr;
  const Operation* operation = nullptr;
  std::string target;  // where a REST operation's labels are read from
  Document input;
  Answered answered;
};

}  // namespace kennel::wire
