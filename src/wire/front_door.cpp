#include "wire/front_door.h"

#include <fmt/format.h>

#include <algorithm>

#include "aio/completion.h"
#include "aio/deadline.h"
#include "aio/on_pool.h"
#include "base/secure_random.h"
#include "wire/audit_event.h"
#include "wire/codec.h"
#include "wire/demands.h"
#include "wire/refused_request.h"
#include "wire/vouched_body.h"

namespace kennel::wire {
namespace {

std::vector<const Service*> services_of(const std::vector<ServiceBinding>& bindings) {
  std::vector<const Service*> services;
  for (const ServiceBinding& binding : bindings) services.push_back(binding.service);
  return services;
}

std::string user_agent(const http::RequestHead& head) {
  constexpr std::size_t kLettersMax = 1024;
  return std::string(head.find("user-agent").value_or("").substr(0, kLettersMax));
}

std::string_view form_of(const Exchange& exchange) {
  const auto type = exchange.head.find("content-type");
  const bool form = type && base::to_lower(*type).starts_with("application/x-www-form-urlencoded");
  return form ? std::string_view(exchange.text) : std::string_view();
}

// The query protocol's body is a form or nothing: what is routed is what is decoded.
std::string_view body_of(const Exchange& exchange) {
  return exchange.service->protocol == Protocol::kQuery ? form_of(exchange) : exchange.text;
}

// All but S3 sign the path normalized: "/a/../b" has the signature of "/b", and is routed as
// neither.
bool is_normalized(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string closed = std::string(path) + "/";
  return path.find("//") == std::string_view::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

bool is_local(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

http::Response plain_text(int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.fields.push_back({"Content-Type", std::move(type)});
  response.body = std::move(body);
  return response;
}

}  // namespace

FrontDoor::FrontDoor(FrontDoorParts parts, FrontDoorOptions options,
                     std::vector<ServiceBinding> bindings)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      bindings_(std::move(bindings)),
      router_(services_of(bindings_), options_.hosts),
      authenticator_(parts_.credentials, bindings_, options_.body_bytes_in_flight_max) {}

aio::Task<http::Response> FrontDoor::handle(const http::RequestHead& head, http::BodyReader& body) {
  if (head.target.starts_with("/-/")) co_return answer_operator(head);
  Exchange exchange{.head = head,
                    .body = body,
                    .request_id = base::make_uuid(),
                    .started = parts_.clock.now(),
                    .now = parts_.clock.calendar_now(),
                    .service = &authenticator_.guess_service(head, std::nullopt)};
  try {
    aio::Task<http::Response> serving = serve(exchange);
    co_return co_await std::move(serving);
  } catch (const std::exception& error) {
    parts_.report_failure(fmt::format("request {}: {}", exchange.request_id, error.what()));
  }
  co_return encode_error(*exchange.service, internal_failure(*exchange.service),
                         exchange.request_id);
}

aio::Task<http::Response> FrontDoor::serve(Exchange& exchange) {
  Holdings holdings;
  aio::Task<Outcome<void>> answering = answer_or_apologize(exchange, holdings);
  Outcome<void> outcome = co_await std::move(answering);
  aio::Task<Outcome<void>> recording = record(exchange, outcome);
  // What cannot be recorded is not acknowledged.
  if (const Outcome<void> recorded = co_await std::move(recording); !recorded) outcome = recorded;
  http::Response response = encode(exchange, outcome);
  count(exchange, outcome, response);
  co_return response;
}

aio::Task<Outcome<void>> FrontDoor::answer_or_apologize(Exchange& exchange, Holdings& holdings) {
  try {
    aio::Task<Outcome<void>> answering = answer(exchange, holdings);
    co_return co_await std::move(answering);
  } catch (const std::exception& error) {
    parts_.report_failure(fmt::format("request {}: {}", exchange.request_id, error.what()));
  }
  co_return refuse(internal_failure(*exchange.service));
}

aio::Task<Outcome<void>> FrontDoor::answer(Exchange& exchange, Holdings& holdings) {
  if (const auto target = find_form_target(exchange.head, router_, bindings_)) {
    aio::Task<Outcome<void>> uploading = upload(exchange, holdings, *target);
    co_return co_await std::move(uploading);
  }
  KENNEL_CO_TRY(const Authenticator::Proof proof, authenticator_.check_head(exchange));
  if (proof.held && !take_on(holdings)) co_return refuse(throttled(*exchange.service));
  const bool by_head = proof.held && exchange.service->protocol == Protocol::kRestXml;
  if (by_head) KENNEL_CO_TRY_VOID(identify(exchange));
  const StreamingFunction* streaming = by_head ? find_streaming(exchange) : nullptr;
  if (streaming == nullptr) {
    const std::uint64_t bytes_max = by_head ? exchange.operation->body_bytes_max
                                            : authenticator_.body_bytes_max(*exchange.service);
    aio::Task<Outcome<void>> taking =
        authenticator_.take_body(exchange, proof, bytes_max, holdings.body);
    KENNEL_CO_TRY_VOID(co_await std::move(taking));
  }
  if (!proof.held && !take_on(holdings)) co_return refuse(throttled(*exchange.service));
  if (!by_head) KENNEL_CO_TRY_VOID(identify(exchange));
  KENNEL_CO_TRY_VOID(decode(exchange));
  KENNEL_CO_TRY_VOID(validate(exchange));
  KENNEL_CO_TRY_VOID(authorize(exchange));
  std::unique_ptr<VouchedBody> body;
  if (streaming != nullptr) {
    KENNEL_CO_TRY(body, VouchedBody::open(exchange, proof.claim, proof.key,
                                          exchange.operation->body_bytes_max));
  }
  aio::Task<Outcome<void>> operating =
      body == nullptr ? operate(exchange) : operate_streaming(exchange, *body);
  co_return co_await std::move(operating);
}

aio::Task<Outcome<void>> FrontDoor::upload(Exchange& exchange, Holdings& holdings,
                                           const FormTarget& target) {
  exchange.service = target.binding->service;
  auto opening = FormBody::open(exchange);
  KENNEL_CO_TRY(const auto body, co_await std::move(opening));
  KENNEL_CO_TRY_VOID(authenticator_.check_form(exchange, body->fields()));
  if (!take_on(holdings)) co_return refuse(throttled(*exchange.service));
  exchange.binding = target.binding;
  exchange.operation = target.operation;
  KENNEL_CO_TRY(const FormUpload form, FormUpload::read(*body, target, exchange.now));
  KENNEL_CO_TRY(exchange.input, form.make_input());
  KENNEL_CO_TRY_VOID(validate(exchange));
  KENNEL_CO_TRY_VOID(authorize(exchange));
  aio::Task<Outcome<void>> operating = operate_streaming(exchange, *body);
  KENNEL_CO_TRY_VOID(co_await std::move(operating));
  form.answer(exchange.head, exchange.answered);
  co_return Outcome<void>{};
}

bool FrontDoor::take_on(Holdings& holdings) {
  if (in_flight_ >= options_.in_flight_max) return false;
  holdings.in_flight.emplace(in_flight_, parts_.metrics.requests_in_flight());
  return true;
}

Outcome<void> FrontDoor::identify(Exchange& exchange) const {
  if (exchange.service->operations.empty()) {
    return refuse(not_implemented(exchange.signed_service, ""));
  }
  if (exchange.service->protocol != Protocol::kRestXml && !is_normalized(exchange.head.target)) {
    return refuse(invalid_input(*exchange.service,
                                "The request's path must not have empty or dot segments."));
  }
  auto route = router_.identify({exchange.head.method, exchange.head.target, exchange.head.fields,
                                 exchange.service->signing_name, form_of(exchange)});
  if (!route) {
    exchange.service = route.error().service;
    return refuse(std::move(route).error().error);
  }
  exchange.service = route->service;
  if (route->service->signing_name != exchange.signed_service) {
    return refuse(wrong_scope(*route->service, {"", exchange.region, exchange.signed_service}));
  }
  if (route->operation == nullptr) {
    return refuse(not_implemented(route->service->name, route->operation_name));
  }
  exchange.operation = route->operation;
  exchange.target = std::move(route->target);
  const auto binding = std::ranges::find(bindings_, exchange.service, &ServiceBinding::service);
  base::check(binding != bindings_.end(), "the router knows the bound services only");
  exchange.binding = &*binding;
  return {};
}

Outcome<void> FrontDoor::decode(Exchange& exchange) const {
  KENNEL_TRY(exchange.input, decode_input(*exchange.service, *exchange.operation,
                                          {exchange.head.method, exchange.target,
                                           exchange.head.fields, body_of(exchange)}));
  return {};
}

Outcome<void> FrontDoor::validate(const Exchange& exchange) const {
  if (exchange.operation->input == nullptr) return {};
  auto complaint = validator_.validate(*exchange.operation->input, exchange.input);
  if (!complaint) return {};
  // "Value null at 'delete.objects'": a member of a member, which only a body has.
  const bool within = complaint->find("at '") < complaint->find('.') &&
                      complaint->find('.') < complaint->find("' failed");
  if (within) return refuse(incomplete_body(*exchange.service, *std::move(complaint)));
  return refuse(invalid_input(*exchange.service, *std::move(complaint)));
}

Outcome<void> FrontDoor::authorize(const Exchange& exchange) const {
  const DemandScope scope{options_.account, exchange.region};
  for (const access::Demand& demand :
       make_demands(*exchange.operation, exchange.input, scope, exchange.binding->look_up)) {
    const access::Decision decision = parts_.authorize(*exchange.caller, demand);
    if (!decision.allowed) {
      return refuse(access_denied(*exchange.service, exchange.caller->arn, demand.action,
                                  demand.resource, decision.reason));
    }
  }
  return {};
}

Call FrontDoor::call_of(const Exchange& exchange) const {
  return {*exchange.caller,           exchange.region, exchange.request_id,
          exchange.head.peer_address, exchange.now,    &exchange.head};
}

const StreamingFunction* FrontDoor::find_streaming(const Exchange& exchange) const {
  const auto index =
      static_cast<std::size_t>(exchange.operation - exchange.service->operations.data());
  const auto& functions = exchange.binding->streaming;
  return index < functions.size() && functions[index] ? &functions[index] : nullptr;
}

aio::Task<Outcome<void>> FrontDoor::operate(Exchange& exchange) {
  const auto index =
      static_cast<std::size_t>(exchange.operation - exchange.service->operations.data());
  const OperationFunction& function = exchange.binding->functions[index];
  if (!function) {
    co_return refuse(not_implemented(exchange.service->name, exchange.operation->name));
  }
  const Call call = call_of(exchange);
  const auto work = [&]() -> base::Result<Outcome<Answered>> {
    return function(call, exchange.input);
  };
  auto working = aio::on_pool(parts_.runtime, work);
  base::Result<Outcome<Answered>> done = co_await std::move(working);
  if (!done) co_return refuse(throttled(*exchange.service));
  KENNEL_CO_TRY(exchange.answered, *std::move(done));
  co_return Outcome<void>{};
}

aio::Task<Outcome<void>> FrontDoor::operate_streaming(Exchange& exchange, BodyStream& body) {
  const Call call = call_of(exchange);
  aio::Task<Outcome<Answered>> operating = (*find_streaming(exchange))(call, exchange.input, body);
  KENNEL_CO_TRY(exchange.answered, co_await std::move(operating));
  co_return Outcome<void>{};
}

http::Response FrontDoor::encode(Exchange& exchange, const Outcome<void>& outcome) const {
  if (!outcome) return encode_error(*exchange.service, outcome.error(), exchange.request_id);
  Answered& answered = exchange.answered;
  http::Response response =
      encode_output(*exchange.service, *exchange.operation, answered.output, exchange.request_id);
  if (answered.status) response.status = *answered.status;
  response.fields.insert(response.fields.end(), answered.fields.begin(), answered.fields.end());
  response.stream = std::move(answered.stream);
  response.stream_length = answered.length;
  if (!answered.body.empty()) response.body = std::move(answered.body);
  return response;
}

observe::AuditEvent FrontDoor::make_event(const Exchange& exchange,
                                          const Outcome<void>& outcome) const {
  const Operation& operation = *exchange.operation;
  observe::AuditEvent event;
  event.time = exchange.now;
  event.user_identity = to_user_identity(*exchange.caller);
  event.source = exchange.service->event_source;
  event.name = operation.name;
  event.region = exchange.region;
  event.source_address = exchange.head.peer_address;
  event.user_agent = user_agent(exchange.head);
  if (operation.input != nullptr && !exchange.input.empty()) {
    event.request_parameters = to_audit_value(*operation.input, exchange.input);
  }
  // As CloudTrail has it: what a reading call answered is not kept.
  if (outcome && !operation.read_only && operation.output != nullptr) {
    event.response_elements = to_audit_value(*operation.output, exchange.answered.output);
  }
  if (!outcome) {
    event.error_code = outcome.error().code;
    event.error_message = outcome.error().message;
  }
  event.management = !operation.data_event;
  event.request_id = exchange.request_id;
  event.read_only = operation.read_only;
  event.recipient_account_id = options_.account;
  return event;
}

// Requests of nobody that we know leave a line in the access log, and no more: or anybody could
// fill the disk.
aio::Task<Outcome<void>> FrontDoor::record(const Exchange& exchange, const Outcome<void>& outcome) {
  if (!exchange.caller || exchange.operation == nullptr) co_return Outcome<void>{};
  if (exchange.operation->data_event && !options_.data_events) co_return Outcome<void>{};
  const observe::AuditEvent event = make_event(exchange, outcome);
  // What is done is done: an SDK that is told to come again would do it twice. So the queue of
  // commits is waited for, up to some seconds.
  constexpr int kAttemptsMax = 50;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    aio::Task<base::Result<void>> recording = append(event);
    if (const base::Result<void> recorded = co_await std::move(recording); recorded) {
      co_return Outcome<void>{};
    }
    aio::Task<> pausing = aio::sleep_for(std::chrono::milliseconds(100));
    co_await std::move(pausing);
  }
  co_return refuse(throttled(*exchange.service));
}

aio::Task<base::Result<void>> FrontDoor::append(observe::AuditEvent event) {
  struct Recorded {
    std::exception_ptr broken;
    base::Result<void> result;
  };
  aio::Task<Recorded> waiting =
      aio::wait_for_callback<Recorded>([&](std::function<void(Recorded)> done) {
        parts_.audit.record(std::move(event),
                            [done](std::exception_ptr broken, base::Result<void> result) {
                              done({std::move(broken), std::move(result)});
                            });
      });
  const Recorded recorded = co_await std::move(waiting);
  if (recorded.broken) std::rethrow_exception(recorded.broken);
  co_return recorded.result;
}

void FrontDoor::count(const Exchange& exchange, const Outcome<void>& outcome,
                      const http::Response& response) {
  const std::string_view operation =
      exchange.operation == nullptr ? std::string_view() : exchange.operation->name;
  const std::string_view code =
      outcome ? std::string_view() : std::string_view(outcome.error().code);
  const auto duration =
      std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.now() - exchange.started);
  parts_.metrics.count_request(
      {exchange.service->name, operation, code, response.status, duration});
  if (parts_.access_log == nullptr) return;
  observe::AccessEntry entry;
  entry.time = exchange.now;
  entry.peer_address = exchange.head.peer_address;
  if (exchange.caller) entry.principal_arn = exchange.caller->arn;
  entry.service = exchange.service->name;
  entry.operation = operation;
  entry.status = response.status;
  entry.error_code = code;
  entry.bytes_in = exchange.bytes_in;
  entry.bytes_out = response.stream_length.value_or(response.body.size());
  entry.duration = duration;
  entry.request_id = exchange.request_id;
  parts_.access_log->write(entry);
}

// What AWS has no call for: whether the server lives, and its numbers. No bucket can be named "-".
http::Response FrontDoor::answer_operator(const http::RequestHead& head) const {
  if (head.method != "GET" && head.method != "HEAD") {
    return plain_text(405, "text/plain", "GET only\n");
  }
  if (head.target == "/-/health") {
    return plain_text(200, "application/json",
                      fmt::format("{{\"status\":\"ok\",\"version\":\"{}\"}}\n", KENNEL_VERSION));
  }
  if (head.target == "/-/metrics") {
    if (!is_local(head.peer_address)) {
      return plain_text(403, "text/plain", "metrics are shown to this machine only\n");
    }
    return plain_text(200, "text/plain; version=0.0.4", parts_.metrics.to_prometheus());
  }
  return plain_text(404, "text/plain", "there are /-/health and /-/metrics\n");
}

}  // namespace kennel::wire
