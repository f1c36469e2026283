// Any bytes as a request to Lambda or SageMaker Runtime.
#include "rest_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kennel;  // NOLINT(google-build-using-namespace)
  static constexpr std::array<const wire::Service*, 2> kServices{
      &wire::models::lambda::kService, &wire::models::sagemaker_runtime::kService};
  wire::route_and_decode(kServices, "", base::as_text({data, size}));
  return 0;
}
