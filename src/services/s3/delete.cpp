#include "services/s3/request.h"

namespace kennel::services::s3 {
namespace {

objects::RemoveConditions remove_conditions(const DeleteObjectRequest& input) {
  objects::RemoveConditions conditions;
  if (input.if_match) conditions.if_match = unquoted(*input.if_match);
  conditions.if_modified_at = input.if_match_last_modified_time;
  if (input.if_match_size) conditions.if_size = static_cast<std::uint64_t>(*input.if_match_size);
  return conditions;
}

objects::RemoveConditions remove_conditions(const ObjectIdentifier& input) {
  objects::RemoveConditions conditions;
  if (input.e_tag) conditions.if_match = unquoted(*input.e_tag);
  conditions.if_modified_at = input.last_modified_time;
  if (input.size) conditions.if_size = static_cast<std::uint64_t>(*input.size);
  return conditions;
}

wire::ApiError no_such_version(const ObjectIdentifier& object) {
  return to_error({objects::Problem::kNoSuchVersion}, {.key = object.key});
}

Error to_item(const ObjectIdentifier& object, const wire::ApiError& error) {
  Error item;
  item.key = object.key;
  item.version_id = object.version_id;
  item.code = error.code;
  item.message = error.message;
  return item;
}

DeletedObject to_item(const ObjectIdentifier& object, const objects::Removed& removed) {
  DeletedObject item;
  item.key = object.key;
  item.version_id = object.version_id;
  if (!removed.marker) return item;
  item.delete_marker = true;
  item.delete_marker_version_id = removed.version_id;
  return item;
}

// What many things go by must be vouched for.
wire::Outcome<void> check_vouched(const wire::Call& call) {
  if (call.head == nullptr) return {};
  for (const base::Field& field : call.head->fields) {
    const std::string name = base::to_lower(field.name);
    if (name == "content-md5" || name.starts_with("x-amz-checksum-")) return {};
  }
  return fail("InvalidRequest", 400, "Missing required header for this request: Content-MD5");
}

}  // namespace

S3::Answer<DeleteObject> S3::handle(DeleteObject, const Call& call,
                                    const DeleteObjectRequest& input) {
  KENNEL_TRY_VOID(check_owner(input, parts_.account));
  KENNEL_TRY_VOID(check_version_id(input.version_id));
  KENNEL_TRY(const objects::Removed removed,
             answered(parts_.objects.remove(input.bucket, input.key, input.version_id, call.now,
                                            remove_conditions(input)),
                      {.bucket = input.bucket, .key = input.key}));
  DeleteObjectOutput output;
  if (removed.marker) output.delete_marker = true;
  if (!removed.version_id.empty()) output.version_id = removed.version_id;
  return output;
}

S3::Answer<DeleteObjects> S3::handle(DeleteObjects, const Call& call,
                                     const DeleteObjectsRequest& input) {
  constexpr std::size_t kObjectsMax = 1000;
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(check_vouched(call));
  if (input.delete_.objects.empty() || input.delete_.objects.size() > kObjectsMax) {
    return fail("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
  }
  DeleteObjectsOutput output;
  for (const ObjectIdentifier& object : input.delete_.objects) {
    if (!check_version_id(object.version_id)) {
      if (!output.errors) output.errors.emplace();
      output.errors->push_back(to_item(object, no_such_version(object)));
      continue;
    }
    const auto removed = answered(parts_.objects.remove(input.bucket, object.key, object.version_id,
                                                        call.now, remove_conditions(object)),
                                  {.bucket = input.bucket, .key = object.key});
    if (!removed) {
      if (!output.errors) output.errors.emplace();
      output.errors->push_back(to_item(object, removed.error()));
    } else if (!input.delete_.quiet.value_or(false)) {
      if (!output.deleted) output.deleted.emplace();
      output.deleted->push_back(to_item(object, *removed));
    }
  }
  return output;
}

}  // namespace kennel::services::s3
