// Any bytes as the policy of a form, before its base64; and then against a form of one field.
#include "wire/post_policy.h"

#include "base/error.h"
#include "wire/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kennel;  // NOLINT(google-build-using-namespace)
  const base::ByteView bytes(data, size);
  const auto policy = wire::PostPolicy::parse(base::to_base64(bytes));
  static_cast<void>(wire::PostPolicy::parse(base::as_text(bytes)));
  if (!policy) {
    base::check(wire::is_utf8(policy.error().message), "a refusal can be shown");
    return 0;
  }
  const base::Fields fields{{"key", "dog"}};
  const auto checked = policy->check("dogs", fields, wire::TimePoint());
  base::check(checked || wire::is_utf8(checked.error().message), "a refusal can be shown");
  return 0;
}
