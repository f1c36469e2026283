// The request path: every AWS request goes through these steps, whatever its service.
//
//   1 identify      which service is asked
//   2 authenticate  who asks; the signature over the head and the body. Where the head alone is
//                   proof, the operation is known before the body, which may then stream
//   3 decode        which operation, and its input
//   4 validate      what the model says of the input
//   5 authorize     whether the caller may
//   6 operate       the service's own function, on the pool
//   7 encode        the answer, or the error that any step ended with
//   8 finish        audit, metrics, access log: whatever happened
//
// Everything but step 6 runs on the loop thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/authorize.h"
#include "aio/runtime.h"
#include "base/clock.h"
#include "http/message.h"
#include "observe/access_log.h"
#include "observe/audit.h"
#include "observe/metrics.h"
#include "wire/authenticate.h"
#include "wire/call.h"
#include "wire/exchange.h"
#include "wire/form_upload.h"
#include "wire/holdings.h"
#include "wire/route.h"
#include "wire/validate.h"

namespace kennel::wire {

struct FrontDoorOptions {
  std::string account;
  std::size_t in_flight_max = 2048;  // of authenticated callers; more are told to come again
  std::uint64_t body_bytes_in_flight_max = 256 * base::kMiB;
  bool data_events = false;  // are recorded in the audit trail too
  // "BUCKET.HOST" names a bucket.
  std::vector<std::string> hosts = {"localhost"};
};

// What the front door stands on; all of it outlives the front door.
struct FrontDoorParts {
  aio::Runtime& runtime;
  const base::Clock& clock;
  const access::Credentials& credentials;
  access::Authorize authorize;
  observe::AuditTrail& audit;
  observe::Metrics& metrics;
  observe::AccessLog* access_log = nullptr;                     // null: none is kept
  std::function<void(const std::string& line)> report_failure;  // our own faults, for the operator
};

class FrontDoor final : public http::Handler {
 public:
  FrontDoor(FrontDoorParts parts, FrontDoorOptions options, std::vector<ServiceBinding> bindings);

  aio::Task<http::Response> handle(const http::RequestHead& head, http::BodyReader& body) override;

 private:
  [[nodiscard]] aio::Task<http::Response> serve(Exchange& exchange);
  [[nodiscard]] aio::Task<Outcome<void>> answer(Exchange& exchange, Holdings& holdings);
  [[nodiscard]] aio::Task<Outcome<void>> answer_or_apologize(Exchange& exchange,
                                                             Holdings& holdings);
  // A browser's form in the place of a signed request: steps 1 to 7 by its fields.
  [[nodiscard]] aio::Task<Outcome<void>> upload(Exchange& exchange, Holdings& holdings,
                                                const FormTarget& target);
  // Counted only of those who have a key, so that nobody without one can take their place.
  [[nodiscard]] bool take_on(Holdings& holdings);
  [[nodiscard]] Outcome<void> identify(Exchange& exchange) const;
  [[nodiscard]] Outcome<void> decode(Exchange& exchange) const;
  [[nodiscard]] Outcome<void> validate(const Exchange& exchange) const;
  [[nodiscard]] Outcome<void> authorize(const Exchange& exchange) const;
  [[nodiscard]] aio::Task<Outcome<void>> operate(Exchange& exchange);
  [[nodiscard]] aio::Task<Outcome<void>> operate_streaming(Exchange& exchange, BodyStream& body);
  [[nodiscard]] const StreamingFunction* find_streaming(const Exchange& exchange) const;
  [[nodiscard]] Call call_of(const Exchange& exchange) const;
  [[nodiscard]] http::Response encode(Exchange& exchange, const Outcome<void>& outcome) const;
  [[nodiscard]] aio::Task<Outcome<void>> record(const Exchange& exchange,
                                                const Outcome<void>& outcome);
  [[nodiscard]] aio::Task<base::Result<void>> append(observe::AuditEvent event);
  void count(const Exchange& exchange, const Outcome<void>& outcome,
             const http::Response& response);
  [[nodiscard]] observe::AuditEvent make_event(const Exchange& exchange,
                                               const Outcome<void>& outcome) const;
  [[nodiscard]] http::Response answer_operator(const http::RequestHead& head) const;

  FrontDoorParts parts_;
  FrontDoorOptions options_;
  std::vector<ServiceBinding> bindings_;
  Router router_;
  Validator validator_;
  Authenticator authenticator_;
  std::size_t in_flight_ = 0;
};

}  // namespace kennel::wire
