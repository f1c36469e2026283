#include "apps/client_files.h"

#include <nlohmann/json.hpp>

#include "apps/environment.h"

namespace kennel::apps {
namespace {

using nlohmann::json;

json reference(const char* name) { return {{"ref", name}}; }

json call_of(const char* function, json arguments) {
  return {{"fn", function}, {"argv", std::move(arguments)}};
}

json assigned(json call, const char* name) {
  call["assign"] = name;
  return call;
}

json rule(json conditions, json url) {
  return {{"type", "endpoint"},
          {"conditions", std::move(conditions)},
          {"endpoint",
           {{"url", std::move(url)}, {"properties", json::object()}, {"headers", json::object()}}}};
}

json parameter(const char* type, const char* built_in) {
  return {{"type", type}, {"builtIn", built_in}, {"documentation", ""}};
}

// botocore asks a service's rules for its address before every request, even where the code gives
// one; AWS_DATA_PATH replaces those of STS by these, because the SageMaker SDK gives STS's public
// address whatever AWS_ENDPOINT_URL says. Who gives an address that is not AWS's is left alone.
// https://smithy.io/2.0/additional-specs/rules-engine/specification.html
json make_sts_rules(const ServerNote& note) {
  const std::string public_domain = ".amazonaws.com";
  const json given = call_of("isSet", {reference("Endpoint")});
  const json authority = call_of("getAttr", {reference("Parsed"), "authority"});
  const json is_public = json::array(
      {given, assigned(call_of("parseURL", {reference("Endpoint")}), "Parsed"),
       assigned(call_of("substring", {authority, 0, public_domain.size(), true}), "Domain"),
       call_of("stringEquals", {reference("Domain"), public_domain})});
  return {{"version", "1.0"},
          {"parameters",
           {{"Region", parameter("String", "AWS::Region")},
            {"Endpoint", parameter("String", "SDK::Endpoint")}}},
          {"rules", json::array({rule(is_public, note.url),
                                 rule(json::array({given}), reference("Endpoint")),
                                 rule(json::array(), note.url)})}};
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

base::Path sts_models(const ServerFolder& folder) {
  return folder.client_models() / "sts" / "2011-06-15";
}
base::Path sagemaker_config(const ServerFolder& folder) {
  return folder.client() / "sagemaker.yaml";
}

}  // namespace

void write_client_files(base::Disk& disk, const ServerFolder& folder, const ServerNote& note) {
  disk.make_folders(sts_models(folder));
  base::write_atomically(disk, sts_models(folder) / "endpoint-rule-set-1.json",
                         make_sts_rules(note).dump());
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
                   {"AWS_DATA_PATH", folder.client_models().string()},
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
