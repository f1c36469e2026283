// Any bytes as a request to S3.
#include "rest_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kennel;  // NOLINT(google-build-using-namespace)
  static constexpr std::array<const wire::Service*, 1> kServices{&wire::models::s3::kService};
  wire::route_and_decode(kServices, "s3", base::as_text({data, size}));
  return 0;
}
