// What is set on a bucket: kept as documents, given back as they came. Nothing here is enforced yet
// but lifecycle rules.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "objects/lifecycle_document.h"
#include "objects/lifecycle_problem.h"
#include "services/s3/request.h"

namespace kennel::services::s3 {
namespace {

using wire::Document;
using wire::Outcome;

constexpr const char* kTagging = "tagging";
constexpr const char* kPolicy = "policy";
constexpr const char* kCors = "cors";
constexpr const char* kPublicAccessBlock = "public_access_block";
constexpr const char* kEncryption = "encryption";
constexpr const char* kLifecycle = objects::kLifecycleSetting;
constexpr const char* kOwnership = "ownership";
// In place of a document: what a new bucket has was taken away.
constexpr const char* kRemoved = "null";

tl::unexpected<wire::ApiError> missing(std::string code, std::string message,
                                       std::string_view bucket) {
  return fail(std::move(code), 404, std::move(message), {{"BucketName", bucket}});
}

Outcome<void> check_cors(const CORSConfiguration& configuration) {
  constexpr std::array<std::string_view, 5> kMethods{"GET", "PUT", "POST", "DELETE", "HEAD"};
  if (configuration.cors_rules.empty() || configuration.cors_rules.size() > 100) {
    return fail("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
  }
  for (const CORSRule& rule : configuration.cors_rules) {
    for (const std::string& method : rule.allowed_methods) {
      if (std::ranges::find(kMethods, method) != kMethods.end()) continue;
      return fail("InvalidRequest", 400,
                  fmt::format("Found unsupported HTTP method in CORS config. Unsupported method is "
                              "{}",
                              wire::show(method)));
    }
    for (const std::string& origin : rule.allowed_origins) {
      if (std::ranges::count(origin, '*') <= 1) continue;
      return fail("InvalidRequest", 400,
                  fmt::format("AllowedOrigin \"{}\" can not have more than one wildcard.",
                              wire::show(origin)));
    }
  }
  return {};
}

tl::unexpected<wire::ApiError> malformed_policy(std::string message) {
  return fail("MalformedPolicy", 400, std::move(message));
}

// The frame of a bucket's policy; what it demands is looked at when it is enforced.
Outcome<void> check_policy(const std::string& text, std::string_view bucket) {
  constexpr std::size_t kPolicyBytesMax = 20 * base::kKiB;
  if (text.size() > kPolicyBytesMax)
    return malformed_policy("Policy exceeds the maximum allowed size of 20480 bytes");
  const Document policy = Document::parse(text, nullptr, false);
  if (policy.is_discarded() || !policy.is_object()) {
    return malformed_policy("Policies must be valid JSON and the first byte must be '{'");
  }
  const auto statements = policy.find("Statement");
  if (statements == policy.end() || statements->empty()) {
    return malformed_policy("Missing required field Statement");
  }
  const Document list = statements->is_array() ? *statements : Document::array({*statements});
  for (const Document& statement : list) {
    if (!statement.is_object()) return malformed_policy("Invalid policy syntax.");
    for (const char* field : {"Effect", "Principal", "Action", "Resource"}) {
      const std::string other = std::string("Not") + field;
      if (!statement.contains(field) && !statement.contains(other)) {
        return malformed_policy(fmt::format("Missing required field {}", field));
      }
    }
    if (statement.value("Effect", "") != "Allow" && statement.value("Effect", "") != "Deny") {
      return malformed_policy("Invalid effect");
    }
    const auto resources = statement.find("Resource");
    if (resources == statement.end()) continue;
    const std::string own = fmt::format("arn:aws:s3:::{}", bucket);
    const Document named = resources->is_array() ? *resources : Document::array({*resources});
    for (const Document& resource : named) {
      const std::string arn = resource.is_string() ? resource.get<std::string>() : "";
      const bool of_all = arn == "*" || arn == "arn:aws:s3:::*";
      if (arn != own && arn != own + "*" && !arn.starts_with(own + "/") && !of_all) {
        return malformed_policy("Policy has invalid resource");
      }
    }
  }
  return {};
}

bool allows_everybody(const Document& statement) {
  if (statement.value("Effect", "") != "Allow" || statement.contains("Condition")) return false;
  const auto principal = statement.find("Principal");
  if (principal == statement.end()) return false;
  const auto is_star = [](const Document& value) {
    if (value.is_array()) return std::ranges::find(value, "*") != value.end();
    return value == "*";
  };
  return is_star(*principal) ||
         (principal->is_object() && principal->contains("AWS") && is_star(principal->at("AWS")));
}

Outcome<void> check_encryption(const ServerSideEncryptionConfiguration& configuration) {
  for (const auto& rule : configuration.rules) {
    const auto& wanted = rule.apply_server_side_encryption_by_default;
    if (!wanted || wanted->sse_algorithm == "AES256" || wanted->sse_algorithm == "aws:kms" ||
        wanted->sse_algorithm == "aws:kms:dsse") {
      continue;
    }
    return fail("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
  }
  return {};
}

}  // namespace

template <class Configuration, class Input>
Outcome<std::optional<Configuration>> S3::get_setting(const Input& input,
                                                      std::string_view setting) const {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY(const auto text,
             answered(parts_.buckets.get_setting(input.bucket, setting), {.bucket = input.bucket}));
  if (!text || *text == kRemoved) return std::nullopt;
  Configuration configuration;
  from_document(Document::parse(*text), configuration);
  return configuration;
}

template <class Input>
Outcome<void> S3::put_setting(const Input& input, std::string_view setting,
                              const std::string& value) {
  KENNEL_TRY_VOID(get_bucket(input));
  return answered(parts_.buckets.put_setting(input.bucket, setting, value),
                  {.bucket = input.bucket});
}

template <class Input>
Outcome<void> S3::remove_setting(const Input& input, std::string_view setting) {
  KENNEL_TRY_VOID(get_bucket(input));
  return answered(parts_.buckets.remove_setting(input.bucket, setting), {.bucket = input.bucket});
}

S3::Answer<GetBucketTagging> S3::handle(GetBucketTagging, const Call&,
                                        const GetBucketTaggingRequest& input) {
  KENNEL_TRY(const auto tagging, get_setting<Tagging>(input, kTagging));
  if (!tagging) return missing("NoSuchTagSet", "The TagSet does not exist", input.bucket);
  GetBucketTaggingOutput output;
  output.tag_set = tagging->tag_set;
  return output;
}

S3::Answer<PutBucketTagging> S3::handle(PutBucketTagging, const Call&,
                                        const PutBucketTaggingRequest& input) {
  KENNEL_TRY_VOID(to_tags(input.tagging.tag_set, 50));
  KENNEL_TRY_VOID(put_setting(input, kTagging, to_document(input.tagging).dump()));
  return wire::Nothing{};
}

S3::Answer<DeleteBucketTagging> S3::handle(DeleteBucketTagging, const Call&,
                                           const DeleteBucketTaggingRequest& input) {
  KENNEL_TRY_VOID(remove_setting(input, kTagging));
  return wire::Nothing{};
}

S3::Answer<GetBucketPolicy> S3::handle(GetBucketPolicy, const Call&,
                                       const GetBucketPolicyRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY(auto text,
             answered(parts_.buckets.get_setting(input.bucket, kPolicy), {.bucket = input.bucket}));
  if (!text) return missing("NoSuchBucketPolicy", "The bucket policy does not exist", input.bucket);
  GetBucketPolicyOutput output;
  output.policy = *std::move(text);
  return output;
}

S3::Answer<GetBucketPolicyStatus> S3::handle(GetBucketPolicyStatus, const Call&,
                                             const GetBucketPolicyStatusRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY(const auto text,
             answered(parts_.buckets.get_setting(input.bucket, kPolicy), {.bucket = input.bucket}));
  if (!text) return missing("NoSuchBucketPolicy", "The bucket policy does not exist", input.bucket);
  const Document statements = Document::parse(*text).at("Statement");
  const Document list = statements.is_array() ? statements : Document::array({statements});
  GetBucketPolicyStatusOutput output;
  output.policy_status.emplace().is_public = std::ranges::any_of(list, allows_everybody);
  return output;
}

S3::Answered<PutBucketPolicy> S3::handle(PutBucketPolicy, const Call&,
                                         const PutBucketPolicyRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(check_policy(input.policy, input.bucket));
  KENNEL_TRY_VOID(put_setting(input, kPolicy, input.policy));
  return wire::Reply<wire::Nothing>{.output = {}, .status = 204};
}

S3::Answer<DeleteBucketPolicy> S3::handle(DeleteBucketPolicy, const Call&,
                                          const DeleteBucketPolicyRequest& input) {
  KENNEL_TRY_VOID(remove_setting(input, kPolicy));
  return wire::Nothing{};
}

S3::Answer<GetBucketCors> S3::handle(GetBucketCors, const Call&,
                                     const GetBucketCorsRequest& input) {
  KENNEL_TRY(auto cors, get_setting<CORSConfiguration>(input, kCors));
  if (!cors) {
    return missing("NoSuchCORSConfiguration", "The CORS configuration does not exist",
                   input.bucket);
  }
  GetBucketCorsOutput output;
  output.cors_rules = std::move(cors->cors_rules);
  return output;
}

S3::Answer<PutBucketCors> S3::handle(PutBucketCors, const Call&,
                                     const PutBucketCorsRequest& input) {
  KENNEL_TRY_VOID(check_cors(input.cors_configuration));
  KENNEL_TRY_VOID(put_setting(input, kCors, to_document(input.cors_configuration).dump()));
  return wire::Nothing{};
}

S3::Answer<DeleteBucketCors> S3::handle(DeleteBucketCors, const Call&,
                                        const DeleteBucketCorsRequest& input) {
  KENNEL_TRY_VOID(remove_setting(input, kCors));
  return wire::Nothing{};
}

S3::Answer<GetPublicAccessBlock> S3::handle(GetPublicAccessBlock, const Call&,
                                            const GetPublicAccessBlockRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY(const auto text, answered(parts_.buckets.get_setting(input.bucket, kPublicAccessBlock),
                                       {.bucket = input.bucket}));
  if (text && *text == kRemoved) {
    return missing("NoSuchPublicAccessBlockConfiguration",
                   "The public access block configuration was not found", input.bucket);
  }
  GetPublicAccessBlockOutput output;
  auto& shown = output.public_access_block_configuration.emplace();
  shown = {.block_public_acls = true,
           .ignore_public_acls = true,
           .block_public_policy = true,
           .restrict_public_buckets = true};
  if (text) {
    shown = {};
    from_document(Document::parse(*text), shown);
  }
  return output;
}

S3::Answer<PutPublicAccessBlock> S3::handle(PutPublicAccessBlock, const Call&,
                                            const PutPublicAccessBlockRequest& input) {
  PublicAccessBlockConfiguration wanted = input.public_access_block_configuration;
  for (auto* flag : {&wanted.block_public_acls, &wanted.ignore_public_acls,
                     &wanted.block_public_policy, &wanted.restrict_public_buckets}) {
    *flag = flag->value_or(false);
  }
  KENNEL_TRY_VOID(put_setting(input, kPublicAccessBlock, to_document(wanted).dump()));
  return wire::Nothing{};
}

S3::Answer<DeletePublicAccessBlock> S3::handle(DeletePublicAccessBlock, const Call&,
                                               const DeletePublicAccessBlockRequest& input) {
  KENNEL_TRY_VOID(put_setting(input, kPublicAccessBlock, kRemoved));
  return wire::Nothing{};
}

S3::Answer<GetBucketEncryption> S3::handle(GetBucketEncryption, const Call&,
                                           const GetBucketEncryptionRequest& input) {
  KENNEL_TRY(auto encryption, get_setting<ServerSideEncryptionConfiguration>(input, kEncryption));
  GetBucketEncryptionOutput output;
  if (!encryption) {
    ServerSideEncryptionRule rule;
    rule.apply_server_side_encryption_by_default.emplace().sse_algorithm = "AES256";
    rule.bucket_key_enabled = false;
    encryption.emplace().rules = {rule};
  }
  output.server_side_encryption_configuration = std::move(encryption);
  return output;
}

S3::Answer<PutBucketEncryption> S3::handle(PutBucketEncryption, const Call&,
                                           const PutBucketEncryptionRequest& input) {
  const auto& wanted = input.server_side_encryption_configuration;
  KENNEL_TRY_VOID(check_encryption(wanted));
  KENNEL_TRY_VOID(put_setting(input, kEncryption, to_document(wanted).dump()));
  return wire::Nothing{};
}

S3::Answer<DeleteBucketEncryption> S3::handle(DeleteBucketEncryption, const Call&,
                                              const DeleteBucketEncryptionRequest& input) {
  KENNEL_TRY_VOID(remove_setting(input, kEncryption));
  return wire::Nothing{};
}

S3::Answer<GetBucketLifecycleConfiguration> S3::handle(
    GetBucketLifecycleConfiguration, const Call&,
    const GetBucketLifecycleConfigurationRequest& input) {
  KENNEL_TRY(auto lifecycle, get_setting<BucketLifecycleConfiguration>(input, kLifecycle));
  if (!lifecycle) {
    return missing("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist",
                   input.bucket);
  }
  GetBucketLifecycleConfigurationOutput output;
  output.rules = std::move(lifecycle->rules);
  output.transition_default_minimum_object_size = "all_storage_classes_128K";
  return output;
}

S3::Answer<PutBucketLifecycleConfiguration> S3::handle(
    PutBucketLifecycleConfiguration, const Call&,
    const PutBucketLifecycleConfigurationRequest& input) {
  if (!input.lifecycle_configuration) {
    return fail("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
  }
  const std::string document = to_document(*input.lifecycle_configuration).dump();
  if (const auto problem = objects::find_lifecycle_problem(document)) {
    return fail(problem->code, 400, problem->message);
  }
  for (const LifecycleRule& rule : input.lifecycle_configuration->rules) {
    if (rule.transitions || rule.noncurrent_version_transitions) {
      return not_implemented("lifecycle transitions: there is one storage class");
    }
  }
  KENNEL_TRY_VOID(put_setting(input, kLifecycle, objects::name_rules(document)));
  PutBucketLifecycleConfigurationOutput output;
  output.transition_default_minimum_object_size = "all_storage_classes_128K";
  return output;
}

S3::Answer<DeleteBucketLifecycle> S3::handle(DeleteBucketLifecycle, const Call&,
                                             const DeleteBucketLifecycleRequest& input) {
  KENNEL_TRY_VOID(remove_setting(input, kLifecycle));
  return wire::Nothing{};
}

S3::Answer<GetBucketOwnershipControls> S3::handle(GetBucketOwnershipControls, const Call&,
                                                  const GetBucketOwnershipControlsRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY(const auto text, answered(parts_.buckets.get_setting(input.bucket, kOwnership),
                                       {.bucket = input.bucket}));
  if (text && *text == kRemoved) {
    return missing("OwnershipControlsNotFoundError", "The bucket ownership controls were not found",
                   input.bucket);
  }
  GetBucketOwnershipControlsOutput output;
  output.ownership_controls.emplace().rules = {{"BucketOwnerEnforced"}};
  return output;
}

S3::Answer<PutBucketOwnershipControls> S3::handle(PutBucketOwnershipControls, const Call&,
                                                  const PutBucketOwnershipControlsRequest& input) {
  for (const OwnershipControlsRule& rule : input.ownership_controls.rules) {
    if (rule.object_ownership != "BucketOwnerEnforced") return not_implemented("ACLs");
  }
  KENNEL_TRY_VOID(put_setting(input, kOwnership, to_document(input.ownership_controls).dump()));
  return wire::Nothing{};
}

S3::Answer<DeleteBucketOwnershipControls> S3::handle(
    DeleteBucketOwnershipControls, const Call&, const DeleteBucketOwnershipControlsRequest& input) {
  KENNEL_TRY_VOID(put_setting(input, kOwnership, kRemoved));
  return wire::Nothing{};
}

}  // namespace kennel::services::s3
