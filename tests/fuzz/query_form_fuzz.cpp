// Any bytes as a form to IAM and STS: the first line chooses the operation, the rest is the body.
#include "wire_inputs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kennel;  // NOLINT(google-build-using-namespace)
  std::string_view input = base::as_text({data, size});
  for (const wire::Service* service :
       {&wire::models::iam::kService, &wire::models::sts::kService}) {
    std::string_view body = input;
    const wire::Operation& operation = wire::take_operation(*service, body);
    wire::decode_and_check(*service, operation, {"POST", "/", {}, body});
  }
  return 0;
}
