#include "objects/object.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/secure_random.h"

namespace kennel::objects {
namespace {

using nlohmann::json;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A listing reads the records of all objects of a page: what would make them long lies apart.
constexpr std::size_t kExtentsBeside = 4;

std::int64_t to_ms(TimePoint time) {
  return std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
}

TimePoint from_ms(std::int64_t count) { return TimePoint(milliseconds(count)); }

json extents_to_json(const std::vector<Extent>& extents) {
  json list = json::array();
  for (const Extent& extent : extents) {
    list.push_back({extent.digest.hex(), extent.offset, extent.length, extent.slot});
  }
  return list;
}

base::Digest digest_from_hex(const std::string& hex) {
  base::Digest digest;
  const auto bytes = base::from_hex(hex);
  base::check(bytes && bytes->size() == digest.bytes.size(), "a record has whole digests");
  std::ranges::copy(*bytes, digest.bytes.begin());
  return digest;
}

void extents_from_json(const json& list, std::vector<Extent>& extents) {
  for (const json& item : list) {
    extents.push_back({digest_from_hex(item.at(0)), item.at(1), item.at(2), item.at(3)});
  }
}

json parts_to_json(const std::vector<ObjectPart>& parts) {
  json list = json::array();
  for (const ObjectPart& part : parts) list.push_back({part.number, part.size, part.checksum});
  return list;
}

void parts_from_json(const json& list, std::vector<ObjectPart>& parts) {
  for (const json& item : list) parts.push_back({item.at(0), item.at(1), item.at(2)});
}

// What was never given is left out.
void content_to_json(const Content& content, json& value) {
  value["size"] = content.size;
  value["etag"] = content.etag;
  if (content.checksum) {
    value["sum"] = {content.checksum->algorithm, content.checksum->type, content.checksum->value};
  }
  if (has_layout(content)) return;
  if (!content.extents.empty()) value["extents"] = extents_to_json(content.extents);
  if (!content.parts.empty()) value["parts"] = parts_to_json(content.parts);
}

void content_from_json(const json& value, Content& content) {
  content.size = value.at("size");
  content.etag = value.at("etag");
  if (const auto sum = value.find("sum"); sum != value.end()) {
    content.checksum = StoredChecksum{sum->at(0), sum->at(1), sum->at(2)};
  }
  if (const auto list = value.find("extents"); list != value.end()) {
    extents_from_json(*list, content.extents);
  }
  if (const auto list = value.find("parts"); list != value.end()) {
    parts_from_json(*list, content.parts);
  }
}

void attributes_to_json(const Attributes& attributes, json& value) {
  if (!attributes.headers.empty()) value["headers"] = attributes.headers;
  if (!attributes.metadata.empty()) value["metadata"] = attributes.metadata;
  if (!attributes.tags.empty()) value["tags"] = attributes.tags;
  if (attributes.storage_class != "STANDARD") value["class"] = attributes.storage_class;
}

void attributes_from_json(const json& value, Attributes& attributes) {
  const auto read = [&value](const char* name, auto& into) {
    if (const auto found = value.find(name); found != value.end()) found->get_to(into);
  };
  read("headers", attributes.headers);
  read("metadata", attributes.metadata);
  read("tags", attributes.tags);
  read("class", attributes.storage_class);
}

std::uint64_t random_number() {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : base::secure_bytes(sizeof number)) number = number << 8U | byte;
  return number;
}

std::uint64_t to_us(TimePoint time) {
  return static_cast<std::uint64_t>(
      std::chrono::floor<microseconds>(time.time_since_epoch()).count());
}

}  // namespace

std::string bucket_prefix(std::string_view bucket) { return std::string(bucket) + '/'; }

std::string object_key(std::string_view bucket, std::string_view key) {
  return bucket_prefix(bucket).append(key);
}

std::string versions_prefix(std::string_view bucket, std::string_view key) {
  return object_key(bucket, key) + '\0';
}

bool has_layout(const Content& content) {
  return content.extents.size() > kExtentsBeside || content.parts.size() > kExtentsBeside;
}

std::string to_record(const ObjectVersion& version) {
  json value{{"id", version.id}, {"at", to_ms(version.modified)}};
  if (version.is_null) value["null"] = true;
  if (version.is_marker) {
    value["marker"] = true;
    return value.dump();
  }
  value["owner"] = version.owner;
  content_to_json(version.content, value);
  if (version.content.lies_apart || has_layout(version.content)) value["apart"] = true;
  attributes_to_json(version.attributes, value);
  return value.dump();
}

ObjectVersion version_from_record(std::string_view bucket, std::string_view key,
                                  std::string_view record) {
  const json value = json::parse(record);
  ObjectVersion version;
  version.bucket = bucket;
  version.key = key;
  version.id = value.at("id");
  version.modified = from_ms(value.at("at"));
  version.is_null = value.contains("null");
  version.is_marker = value.contains("marker");
  if (version.is_marker) return version;
  version.owner = value.at("owner");
  content_from_json(value, version.content);
  version.content.lies_apart = value.contains("apart");
  attributes_from_json(value, version.attributes);
  return version;
}

std::string to_layout_record(const Content& content) {
  return json{{"extents", extents_to_json(content.extents)},
              {"parts", parts_to_json(content.parts)}}
      .dump();
}

void add_layout(Content& content, std::string_view record) {
  const json value = json::parse(record);
  extents_from_json(value.at("extents"), content.extents);
  parts_from_json(value.at("parts"), content.parts);
  content.lies_apart = false;
}

std::string to_record(const Attributes& attributes) {
  json value = json::object();
  attributes_to_json(attributes, value);
  return value.dump();
}

Attributes attributes_from_record(std::string_view record) {
  Attributes attributes;
  attributes_from_json(json::parse(record), attributes);
  return attributes;
}

std::string to_record(const Content& content, TimePoint modified) {
  json value{{"at", to_ms(modified)}};
  content_to_json(content, value);
  if (has_layout(content)) value["extents"] = extents_to_json(content.extents);
  return value.dump();
}

std::pair<Content, TimePoint> content_from_record(std::string_view record) {
  const json value = json::parse(record);
  Content content;
  content_from_json(value, content);
  return {std::move(content), from_ms(value.at("at"))};
}

std::uint64_t next_stamp(TimePoint now, std::uint64_t last) {
  return std::max(to_us(now), last + 1);
}

std::string make_version_id(std::uint64_t stamp) {
  return fmt::format("{:016x}{:016x}", ~stamp, random_number());
}

std::uint64_t stamp_of(std::string_view version_id) {
  constexpr std::size_t kStampLetters = 16;
  const std::string_view letters = version_id.substr(0, kStampLetters);
  std::uint64_t inverted = 0;
  std::from_chars(letters.data(), letters.data() + letters.size(), inverted, 16);
  return ~inverted;
}

std::string make_upload_id(TimePoint now) {
  return fmt::format("{:016x}{:016x}", to_us(now), random_number());
}

std::string make_owner_id() {
  return fmt::format("{:016x}{:016x}", random_number(), random_number());
}

}  // namespace kennel::objects
