// ListObjectsV2 through a whole bucket, page after page, as one client does it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "object_bytes.h"
#include "s3_request.h"

namespace kennel::load {

// Throws where the keys are not in ascending order. "keys" of the report: how many there are.
nlohmann::json list_keys(int port, const std::string& bucket, int page_keys, S3Signer& signer,
                         const ObjectBytes& objects);

}  // namespace kennel::load
