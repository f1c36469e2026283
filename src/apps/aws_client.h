// A server of ours, asked as AWS's own command line asks it: JSON 1.1 over HTTP, signed with the
// administrator's key. What `kennel jobs`, `logs` and `stop` are clients with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "access/credentials.h"
#include "apps/server_folder.h"
#include "http/client.h"

namespace kennel::apps {

// The services that there are commands for.
struct AwsService {
  const char* signing_name;
  const char* target_prefix;
};
inline constexpr AwsService kSageMaker{"sagemaker", "SageMaker"};
inline constexpr AwsService kLogs{"logs", "Logs_20140328"};

class AwsClient {
 public:
  // kNotFound: no server runs on this folder.
  [[nodiscard]] static base::Result<AwsClient> open(const ServerFolder& folder);

  // AWS's refusals come as they are read by `read_answer`, others as `http::fetch` has them.
  [[nodiscard]] base::Result<nlohmann::json> call(const AwsService& service,
                                                  const std::string& operation,
                                                  const nlohmann::json& input) const;

 private:
  AwsClient(ServerNote note, access::AccessKey key, base::Path ca_file)
      : note_(std::move(note)), key_(std::move(key)), ca_file_(std::move(ca_file)) {}

  ServerNote note_;
  access::AccessKey key_;
  base::Path ca_file_;
};

// The JSON of an answer, or what AWS's error says. kNotFound: what was named is not there;
// kConflict, kThrottled; kInvalid: any other refusal; kCorrupt: no JSON.
[[nodiscard]] base::Result<nlohmann::json> read_answer(const http::ClientResponse& response);

}  // namespace kennel::apps
