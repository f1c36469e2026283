// S3's POST: a browser's form that makes an object. What it asks is PutObject's input, and it is
// authorized, audited and counted as that; only its answer is another one. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "wire/call.h"
#include "wire/exchange.h"
#include "wire/form_body.h"
#include "wire/route.h"

namespace kennel::wire {

struct FormTarget {
  const ServiceBinding* binding;
  const Operation* operation;  // PutObject
  std::string bucket;
};

// nullopt: the request is no such form, or nothing here takes one.
[[nodiscard]] std::optional<FormTarget> find_form_target(const http::RequestHead& head,
                                                         const Router& router,
                                                         std::span<const ServiceBinding> bindings);

class FormUpload {
 public:
  // Holds the fields against their policy, whose signature was held before; the file is limited as
  // it says. Refused: no key, or what the policy does not allow.
  [[nodiscard]] static Outcome<FormUpload> read(FormBody& body, const FormTarget& target,
                                                TimePoint now);

  [[nodiscard]] Outcome<Document> make_input() const;
  // Turns PutObject's answer into the one that the form asked for.
  void answer(const http::RequestHead& head, Answered& answered) const;

 private:
  explicit FormUpload(const FormTarget& target) : target_(target) {}
  [[nodiscard]] Outcome<base::Fields> header_fields() const;
  [[nodiscard]] std::string_view find(std::string_view name) const;
  [[nodiscard]] std::string location(const http::RequestHead& head) const;
  [[nodiscard]] std::optional<std::string> next_page(std::string_view etag) const;

  FormTarget target_;
  base::Fields fields_;
  std::string key_;
};

}  // namespace kennel::wire
