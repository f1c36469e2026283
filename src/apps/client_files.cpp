#include "apps/client_files.h"

#include <array>
#include <nlohmann/json.hpp>

#include "apps/environment.h"

namespace kennel::apps {
namespace {

using nlohmann::json;

// The regions that AWS's SDKs know; a client asks for its own by name.
constexpr std::array<const char*, 33> kRegions{
    "af-south-1",     "ap-east-1",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-central-1",   "ca-west-1",
    "eu-central-1",   "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",
    "eu-west-1",      "eu-west-2",      "eu-west-3",      "il-central-1",   "me-central-1",
    "me-south-1",     "mx-central-1",   "sa-east-1",      "us-east-1",      "us-east-2",
    "us-west-1",      "us-west-2",      "ap-east-2"};

std::string authority_of(const std::string& url) { return url.substr(url.find("://") + 3); }

// botocore's table of endpoints with one entry that matters: the SageMaker SDK builds STS's address
// out of it, whatever AWS_ENDPOINT_URL says.
json make_endpoints(const ServerNote& note) {
  json regions = json::object();
  for (const char* region : kRegions) regions[region] = {{"description", region}};
  regions[note.region] = {{"description", note.region}};
  json sts_endpoints = json::object();
  for (const auto& region : regions.items()) sts_endpoints[region.key()] = json::object();
  const json sts{{"defaults", {{"hostname", authority_of(note.https_url)}}},
                 {"endpoints", sts_endpoints}};
  const json partition{{"partition", "aws"},
                       {"partitionName", "kennel"},
                       {"dnsSuffix", "amazonaws.com"},
                       {"regionRegex", "^[a-z]{2}\\-[a-z]+\\-\\d+$"},
                       {"defaults",
                        {{"hostname", "{service}.{region}.{dnsSuffix}"},
                         {"protocols", {"https"}},
                         {"signatureVersions", {"v4"}}}},
                       {"regions", regions},
                       {"services", {{"sts", sts}}}};
  return {{"version", 3}, {"partitions", {partition}}};
}

// The SageMaker SDK's configuration: its default bucket without asking STS for the account, and no
// telemetry, which hangs where there is no network.
std::string make_sagemaker_config(const ServerNote& note) {
  return "SchemaVersion: '1.0'\n"
         "SageMaker:\n"
         "  PythonSDK:\n"
         "    Modules:\n"
         "      TelemetryOptOut: true\n"
         "      Session:\n"
         "        DefaultS3Bucket: sagemaker-" +
         note.region + "-" + note.account + "\n";
}

base::Path aws_data(const ServerFolder& folder) { return folder.client() / "aws"; }
base::Path sagemaker_config(const ServerFolder& folder) {
  return folder.client() / "sagemaker.yaml";
}

}  // namespace

void write_client_files(base::Disk& disk, const ServerFolder& folder, const ServerNote& note) {
  disk.make_folders(aws_data(folder));
  base::write_atomically(disk, aws_data(folder) / "endpoints.json", make_endpoints(note).dump());
  base::write_atomically(disk, sagemaker_config(folder), make_sagemaker_config(note));
}

ClientVariables client_variables(const ServerFolder& folder, const ServerNote& note,
                                 const access::AccessKey& key) {
  const std::string authority = folder.certificate_authority().string();
  ClientVariables variables;
  variables.set = {{"AWS_ENDPOINT_URL", note.url},
                   {"AWS_ACCESS_KEY_ID", key.id},
                   {"AWS_SECRET_ACCESS_KEY", key.secret},
                   {"AWS_REGION", note.region},
                   {"AWS_DEFAULT_REGION", note.region},
                   {"AWS_EC2_METADATA_DISABLED", "true"},
                   {"AWS_CA_BUNDLE", authority},
                   {"NODE_EXTRA_CA_CERTS", authority},
                   {"AWS_DATA_PATH", aws_data(folder).string()},
                   {"SAGEMAKER_USER_CONFIG_OVERRIDE", sagemaker_config(folder).string()}};
  variables.unset = {"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE",
                     "AWS_DEFAULT_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"};
  // One service's own address would win over the common one.
  for (std::string& name : environment_names("AWS_ENDPOINT_URL_")) {
    variables.unset.push_back(std::move(name));
  }
  return variables;
}

}  // namespace kennel::apps
