#include "wire/route.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "wire/form.h"
#include "wire/refusal.h"
#include "wire/text.h"

namespace kennel::wire {
namespace {

std::string_view find_value(const base::Fields& form, std::string_view name) {
  const auto found = std::ranges::find(form, name, &base::Field::name);
  return found == form.end() ? std::string_view() : std::string_view(found->value);
}

std::string_view without_port(std::string_view host) { return host.substr(0, host.rfind(':')); }

// "bucket.s3.eu-west-1.amazonaws.com", "bucket.s3-accelerate.amazonaws.com", "bucket.localhost".
std::string_view bucket_of_host(std::string_view host, std::span<const std::string> hosts) {
  host = without_port(host);
  for (const std::string_view mark : {".s3.", ".s3-"}) {
    const auto at = host.find(mark);
    if (at != std::string_view::npos) return host.substr(0, at);
  }
  for (const std::string& own : hosts) {
    if (host.size() > own.size() + 1 && host.ends_with(own) &&
        host[host.size() - own.size() - 1] == '.') {
      return host.substr(0, host.size() - own.size() - 1);
    }
  }
  return {};
}

// Parameters that belong to signatures and clients, not to operations.
bool is_of_no_operation(std::string_view name) {
  return name == "x-id" || base::to_lower(name).starts_with("x-amz-") || name == "AWSAccessKeyId" ||
         name == "Signature" || name == "Expires" || name == "content-type" ||
         name == "content-md5";
}

bool is_known(const Operation& operation, std::string_view name) {
  const auto literals = parse_form(split_target(operation.uri).query, Plus::kIsPlus);
  if (literals && std::ranges::find(*literals, name, &base::Field::name) != literals->end()) {
    return true;
  }
  return operation.input != nullptr &&
         std::ranges::any_of(operation.input->members, [&](const Member& member) {
           return member.location == Location::kQuery && member.wire_name == name;
         });
}

// S3 tells its operations apart by parameters: without DeleteBucketPolicy in the table, "DELETE
// /b?policy" would delete the bucket. So a parameter that the operation does not know is refused
// where it could be the name of another operation, and always where something is written.
const base::Field* find_foreign(const Operation& operation, const base::Fields& query) {
  const bool reads = operation.method == "GET" || operation.method == "HEAD";
  for (const base::Field& field : query) {
    if ((field.value.empty() || !reads) && !is_of_no_operation(field.name) &&
        !is_known(operation, field.name)) {
      return &field;
    }
  }
  return nullptr;
}

ApiError not_implemented(const base::Field& field) {
  return {"NotImplemented", 501,
          fmt::format("A parameter you provided implies functionality that is not implemented: "
                      "'{}'",
                      show(field.name)),
          false};
}

ApiError no_such_path(const Service& service, std::string_view method, bool path_known) {
  if (service.protocol == Protocol::kRestXml) {
    return {"MethodNotAllowed", 405, "The specified method is not allowed against this resource."};
  }
  return {
      "UnknownOperationException", path_known ? 405 : 404,
      fmt::format("No operation of this service has the method {} and this path", show(method))};
}

}  // namespace

Router::Router(std::span<const Service* const> services, std::vector<std::string> hosts)
    : services_(services.begin(), services.end()), hosts_(std::move(hosts)) {
  base::check(!services_.empty(), "there is a service to route to");
  for (const Service* service : services_) add(*service);
  std::ranges::stable_sort(
      rest_, {}, [](const Rest& rest) { return rest.service->protocol == Protocol::kRestXml; });
}

void Router::add(const Service& service) {
  if (service.protocol == Protocol::kRestJson || service.protocol == Protocol::kRestXml) {
    rest_.push_back({&service, PathTree(service.operations)});
    return;
  }
  const bool is_query = service.protocol == Protocol::kQuery;
  Rows& rows = is_query ? actions_ : targets_;
  const std::string prefix = is_query ? fmt::format("{} ", service.api_version)
                                      : fmt::format("{}.", service.target_prefix);
  for (const Operation& operation : service.operations) {
    rows[prefix + std::string(operation.name)] = {&service, &operation, operation.name};
  }
  for (const std::string_view name : service.unlisted) {
    rows[prefix + std::string(name)] = {&service, nullptr, name};
  }
}

const Service* Router::find_service(std::string_view signing_name, Protocol protocol) const {
  for (const Service* service : services_) {
    if (service->protocol == protocol && service->signing_name == signing_name) return service;
  }
  for (const Service* service : services_) {
    if (service->protocol == protocol) return service;
  }
  return services_.front();
}

bool Router::fits(const Service& service, std::string_view signing_name) const {
  if (service.signing_name == signing_name) return true;
  return std::ranges::none_of(
      services_, [&](const Service* other) { return other->signing_name == signing_name; });
}

bool Router::may_be(std::string_view signing_name, Protocol protocol) const {
  return std::ranges::any_of(services_, [&](const Service* service) {
    return service->protocol == protocol && fits(*service, signing_name);
  });
}

Router::Identified Router::identify(const Asked& asked) const {
  const auto target = base::find_field(asked.fields, "X-Amz-Target");
  if (target && may_be(asked.signing_name, Protocol::kJson)) return by_target(asked, *target);
  if (may_be(asked.signing_name, Protocol::kQuery)) {
    const std::string_view query = split_target(asked.target).query;
    auto form = parse_form(query, Plus::kIsPlus);
    auto body = parse_form(asked.form, Plus::kIsBlank);
    if (!form || !body) {
      const Service* service = find_service(asked.signing_name, Protocol::kQuery);
      return tl::unexpected(
          Unrouted{service, malformed_body(*service, form ? body.error() : form.error())});
    }
    form->insert(form->end(), body->begin(), body->end());
    const std::string_view action = find_value(*form, "Action");
    if (!action.empty()) return by_action(asked, *form, action);
  }
  return by_path(asked);
}

Router::Identified Router::by_target(const Asked& asked, std::string_view name) const {
  const auto row = targets_.find(name);
  if (row != targets_.end()) {
    return Route{row->second.service, row->second.operation, std::string(row->second.name),
                 std::string(asked.target)};
  }
  const std::string_view prefix = name.substr(0, name.rfind('.'));
  const auto same = std::ranges::find_if(services_, [&](const Service* service) {
    return service->protocol == Protocol::kJson && service->target_prefix == prefix;
  });
  const Service* service =
      same != services_.end() ? *same : find_service(asked.signing_name, Protocol::kJson);
  return tl::unexpected(
      Unrouted{service,
               {"UnknownOperationException", 400,
                fmt::format("No operation has the X-Amz-Target '{}'", show(name))}});
}

Router::Identified Router::by_action(const Asked& asked, const base::Fields& form,
                                     std::string_view action) const {
  const std::string_view version = find_value(form, "Version");
  const auto row = actions_.find(fmt::format("{} {}", version, action));
  if (row != actions_.end()) {
    return Route{row->second.service, row->second.operation, std::string(row->second.name),
                 std::string(asked.target)};
  }
  const auto same = std::ranges::find_if(services_, [&](const Service* service) {
    return service->protocol == Protocol::kQuery && service->api_version == version;
  });
  const Service* service =
      same != services_.end() ? *same : find_service(asked.signing_name, Protocol::kQuery);
  return tl::unexpected(
      Unrouted{service,
               {"InvalidAction", 400,
                fmt::format("Could not find operation {} for version {}", show(action),
                            version.empty() ? "NO_VERSION_SPECIFIED" : show(version))}});
}

std::string Router::path_style_target(const Asked& asked) const {
  const auto host = base::find_field(asked.fields, "Host");
  const std::string_view bucket = host ? bucket_of_host(*host, hosts_) : std::string_view();
  if (bucket.empty()) return std::string(asked.target);
  return fmt::format("/{}{}", bucket, asked.target);
}

Router::Identified Router::by_path(const Asked& asked) const {
  const bool signed_for_rest = may_be(asked.signing_name, Protocol::kRestJson) ||
                               may_be(asked.signing_name, Protocol::kRestXml);
  if (!signed_for_rest || rest_.empty()) return tl::unexpected(nothing(asked));
  Unrouted unrouted{nullptr, {}};
  for (const Rest& rest : rest_) {
    const Service& service = *rest.service;
    if (!fits(service, asked.signing_name)) continue;
    const bool is_xml = service.protocol == Protocol::kRestXml;
    std::string target = is_xml ? path_style_target(asked) : std::string(asked.target);
    const Target parts = split_target(target);
    const auto query = parse_form(parts.query, Plus::kIsPlus);
    if (!query)
      return tl::unexpected(Unrouted{&service, malformed_parameter(service, query.error())});
    const auto match = rest.tree.find(asked.method, parts.path, *query, asked.fields);
    if (match.operation == nullptr) {
      unrouted = {&service, no_such_path(service, asked.method, match.path_known)};
      continue;
    }
    const base::Field* foreign = is_xml ? find_foreign(*match.operation, *query) : nullptr;
    if (foreign != nullptr) return tl::unexpected(Unrouted{&service, not_implemented(*foreign)});
    return Route{&service, match.operation, std::string(match.operation->name), std::move(target)};
  }
  return tl::unexpected(std::move(unrouted));
}

Unrouted Router::nothing(const Asked& asked) const {
  if (may_be(asked.signing_name, Protocol::kQuery)) {
    return {find_service(asked.signing_name, Protocol::kQuery),
            {"MissingAction", 400, "The request has no parameter Action"}};
  }
  return {find_service(asked.signing_name, Protocol::kJson),
          {"UnknownOperationException", 400, "The request has no header X-Amz-Target"}};
}

}  // namespace kennel::wire
