// One large object, up and down, whole or in parts side by side.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "object_bytes.h"
#include "s3_request.h"

namespace kennel::load {

struct LargeObject {
  int port = 0;
  std::string bucket;
  std::string key = "large";
  std::uint64_t size = 0;
  std::uint64_t part_size = 0;  // 0: in one piece
  int connections = 1;          // one part each at a time
  bool hashed = false;          // up: signed with the SHA-256 of the bytes, made ahead
};

// From the first request to the last answer. In parts: with CreateMultipartUpload and its
// completion.
nlohmann::json upload(const LargeObject& object, S3Signer& signer, const ObjectBytes& objects);
// One block in sixteen is compared byte by byte; throws where it holds something else.
nlohmann::json download(const LargeObject& object, S3Signer& signer, const ObjectBytes& objects);

}  // namespace kennel::load
