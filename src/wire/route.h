// From a request's head to the row of the operation table that it asks for. Immutable once built:
// safe from several threads. The services must outlive it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "base/field.h"
#include "wire/api_error.h"
#include "wire/path_tree.h"
#include "wire/shape.h"

namespace kennel::wire {

// What tells operations apart; views into what the caller holds.
struct Asked {
  std::string_view method;
  std::string_view target;  // "/path?query", as sent
  std::span<const base::Field> fields;
  std::string_view signing_name = {};  // of the credential scope; empty: unsigned
  std::string_view form = {};          // the body where it is a form (Content-Type); else empty
};

struct Route {
  const Service* service;
  const Operation* operation;  // null: AWS has it and we do not (Service::unlisted)
  std::string operation_name;
  std::string target;  // as sent; with the bucket in the path where it was in the host
};

// Nothing that we know; the service in whose manner to say so is never null.
struct Unrouted {
  const Service* service;
  ApiError error;
};

class Router {
 public:
  using Identified = tl::expected<Route, Unrouted>;

  // At least one service. `hosts`: "BUCKET.HOST" names a bucket, as does "BUCKET.s3.anything".
  explicit Router(std::span<const Service* const> services,
                  std::vector<std::string> hosts = {"localhost"});

  [[nodiscard]] Identified identify(const Asked& asked) const;
  // The target with the bucket in the path, where it was in the host.
  [[nodiscard]] std::string path_style_target(const Asked& asked) const;

 private:
  struct Row {
    const Service* service;
    const Operation* operation;
    std::string_view name;
  };
  struct Rest {
    const Service* service;
    PathTree tree;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Rows = std::unordered_map<std::string, Row, Hash, std::equal_to<>>;

  void add(const Service& service);
  [[nodiscard]] const Service* find_service(std::string_view signing_name, Protocol protocol) const;
  // Signed for it; or for nothing that we know, which leaves every service.
  [[nodiscard]] bool fits(const Service& service, std::string_view signing_name) const;
  [[nodiscard]] bool may_be(std::string_view signing_name, Protocol protocol) const;
  [[nodiscard]] Identified by_target(const Asked& asked, std::string_view name) const;
  [[nodiscard]] Identified by_action(const Asked& asked, const base::Fields& form,
                                     std::string_view action) const;
  [[nodiscard]] Identified by_path(const Asked& asked) const;
  [[nodiscard]] Unrouted nothing(const Asked& asked) const;

  std::vector<const Service*> services_;
  std::vector<std::string> hosts_;
  Rows targets_;            // "SageMaker.CreateModel"
  Rows actions_;            // "2010-05-08 CreateRole"
  std::vector<Rest> rest_;  // rest-xml last: every path is one of its buckets
};

}  // namespace kennel::wire
