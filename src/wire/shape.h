// What a service model says about its data, as constant tables. Generated at build time from the
// models that botocore ships (scripts/generate_service.py); the codecs and the validator walk them.
//
// A value of a shape is a Document: a string, number, bool, blob (binary), array for a list, object
// for a structure or map, under the model's own member names. A timestamp is a number: seconds
// since 1970, with milliseconds as the fraction. What was not sent is not in the object.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string_view>

namespace kennel::wire {

using Document = nlohmann::json;

enum class ShapeKind {
  kString,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kBoolean,
  kTimestamp,
  kBlob,
  kList,
  kMap,
  kStructure,
};

// Where a member of an input or output travels.
enum class Location { kBody, kHeader, kHeaders, kUri, kQuery, kStatusCode };

enum class TimestampFormat { kDefault, kIso8601, kRfc822, kUnix };

struct Shape;

struct Member {
  std::string_view name;       // in the model: "RoleName"
  std::string_view wire_name;  // locationName, or the name; for kHeaders the prefix
  const Shape* shape;
  Location location = Location::kBody;
  TimestampFormat timestamp = TimestampFormat::kDefault;  // on the member itself
  bool required = false;
  bool payload = false;    // is the body (structure's `payload` trait): blob, string or structure
  bool streaming = false;  // a blob that the handler reads from the body
  bool flattened = false;  // on the member itself; see Shape::flattened
  bool xml_attribute = false;
  bool json_value = false;              // a header whose string is base64 (jsonvalue trait)
  std::string_view xml_namespace = {};  // of the element
  std::string_view xml_prefix = {};     // "xsi", as in S3's Grantee
};

struct Shape {
  std::string_view name;
  ShapeKind kind;
  std::span<const Member> members = {};  // kStructure
  const Shape* element = nullptr;        // kList: its items; kMap: its values
  const Shape* key = nullptr;            // kMap
  std::string_view element_name = {};    // locationName of list items or map values; empty: default
  std::string_view key_name = {};        // locationName of map keys
  std::optional<double> min = {};  // length in characters, items or bytes; or the number's range
  std::optional<double> max = {};
  std::string_view pattern = {};                  // Java's syntax, on the whole string
  std::span<const std::string_view> values = {};  // enum
  TimestampFormat timestamp = TimestampFormat::kDefault;
  bool flattened = false;  // kList, kMap
  bool sensitive = false;  // not to be logged
  bool is_union = false;
  std::string_view xml_namespace = {};
};

// An error that the model knows.
struct ErrorShape {
  std::string_view shape_name;  // "NoSuchEntityException"
  std::string_view code;        // on the wire: "NoSuchEntity"
  int status;                   // HTTP
  bool sender_fault;            // the client's
  const Shape* shape;
};

enum class Protocol { kQuery, kJson, kRestJson, kRestXml };

// What a caller must be allowed to do for an operation, with members of the input in braces:
// action "iam:CreateRole", resource "arn:{partition}:iam::{account}:role{Path=/}{RoleName}".
struct DemandTemplate {
  std::string_view action;
  std::string_view resource;
  std::string_view when = {};                      // a member; no demand where it is absent
  std::span<const std::string_view> context = {};  // key, value template, key, value template ...
};

struct Operation {
  std::string_view name;
  std::string_view method;  // HTTP
  std::string_view uri;     // "/{Bucket}/{Key+}?uploads"
  int success_status = 200;
  const Shape* input = nullptr;          // null: none
  const Shape* output = nullptr;         // null: none
  std::string_view result_wrapper = {};  // query: "CreateRoleResult"
  std::string_view input_root = {};      // rest-xml: the element around the input
  std::string_view input_namespace = {};
  std::span<const ErrorShape* const> errors = {};
  std::span<const DemandTemplate> demands = {};
  std::uint64_t body_bytes_max = 0;
  bool read_only = false;         // by its name, or as the overlay says
  bool data_event = false;        // reads and writes within a resource: CloudTrail's "data events"
  bool unwrapped_output = false;  // S3's GetBucketLocation: the payload has no wrapper
};

struct Service {
  std::string_view name;          // ours, and the folder's: "iam"
  std::string_view signing_name;  // in the credential scope
  std::string_view event_source;  // CloudTrail's: "iam.amazonaws.com"
  Protocol protocol;
  std::string_view json_version = {};   // "1.1"
  std::string_view target_prefix = {};  // "SageMaker" of X-Amz-Target
  std::string_view api_version;
  std::string_view xml_namespace = {};
  std::span<const Operation> operations;
  std::span<const std::string_view> unlisted;  // operations of the model that we do not list
};

}  // namespace kennel::wire
