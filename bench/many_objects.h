// PUT and GET of many objects of one size, everything signed before the clock starts. Key n of a
// prefix holds object n of ObjectBytes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "object_bytes.h"
#include "s3_request.h"

namespace kennel::load {

struct ManyObjects {
  int port = 0;
  std::string bucket;
  std::string prefix = "object";
  int connections = 1;
  std::uint64_t size = 0;     // of each
  std::size_t count = 0;      // signed ahead; where all are sent, the run ends early
  std::size_t stored = 0;     // GET: the first keys, which are there, in turn
  double seconds = 0;         // that count, after those of the warm-up; 0: until all are sent
  double warmup_seconds = 0;  // not counted
};

// "prefix/00000042": keys are in the order of their numbers.
std::string make_key(std::string_view prefix, std::uint64_t number);

nlohmann::json put_many(const ManyObjects& many, S3Signer& signer, const ObjectBytes& objects);
// One answer in eight is compared byte by byte; throws where it holds something else.
nlohmann::json get_many(const ManyObjects& many, S3Signer& signer, const ObjectBytes& objects);

}  // namespace kennel::load
