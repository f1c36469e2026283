// Any bytes as what --allow-fetch opens: what is taken reads as the same when it is written.
#include "base/bytes.h"
#include "base/error.h"
#include "fetch/allowed_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace base = kennel::base;
  namespace fetch = kennel::fetch;
  const auto target = fetch::parse_allowed_target(base::as_text({data, size}));
  if (!target) {
    base::check(target.error().kind == base::ErrorKind::kInvalid, "a bad target is the user's");
    return 0;
  }
  const auto again = fetch::parse_allowed_target(fetch::to_text(*target));
  base::check(again.has_value() && *again == *target, "written and read, it is the same");
  if (const auto* const prefix = std::get_if<fetch::Prefix>(&*target)) {
    base::check(prefix->contains(prefix->first), "a prefix holds its first address");
  }
  return 0;
}
