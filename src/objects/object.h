// An object of a bucket, as the records have it: one version of one key.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "store/records.h"

namespace kennel::objects {

using TimePoint = std::chrono::system_clock::time_point;

// Bytes of a blob; the holder's slot under which the object holds it.
struct Extent {
  base::Digest digest;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint32_t slot = 0;

  bool operator==(const Extent&) const = default;
};

// What the client summed, or we did: base64, and for a composite one with "-<parts>" behind it.
struct StoredChecksum {
  std::string algorithm;  // "CRC32", as S3 has it
  std::string type;       // "FULL_OBJECT" or "COMPOSITE"
  std::string value;

  bool operator==(const StoredChecksum&) const = default;
};

// A part of an object that came in several.
struct ObjectPart {
  std::uint32_t number = 0;
  std::uint64_t size = 0;
  std::string checksum;  // base64; empty: none

  bool operator==(const ObjectPart&) const = default;
};

struct Content {
  std::uint64_t size = 0;
  std::string etag;  // without quotes
  std::optional<StoredChecksum> checksum;
  std::vector<Extent> extents;    // one after the other; none where the object is empty
  std::vector<ObjectPart> parts;  // empty: it came in one piece
  bool lies_apart = false;        // extents and parts are still to be read: see add_layout
};

// What a client says of an object beside its bytes.
struct Attributes {
  std::map<std::string, std::string> headers;   // by S3's member name: "ContentType"
  std::map<std::string, std::string> metadata;  // x-amz-meta-*, names in lower case
  std::vector<std::pair<std::string, std::string>> tags;
  std::string storage_class = "STANDARD";
};

struct ObjectVersion {
  std::string bucket;
  std::string key;
  std::string id;       // 32 hex digits; later versions of a key have smaller ones
  bool is_null = true;  // made while the bucket kept no versions: clients know it as "null"
  bool is_marker = false;
  TimePoint modified;  // in milliseconds
  std::string owner;   // who holds the blobs: 32 hex digits
  Content content;
  Attributes attributes;

  [[nodiscard]] std::string shown_id() const { return is_null ? "null" : id; }
};

// Keys of records. A bucket's name has no '/', a key no zero byte, so that neither can be mistaken
// for what follows.
[[nodiscard]] std::string bucket_prefix(std::string_view bucket);
[[nodiscard]] std::string object_key(std::string_view bucket, std::string_view key);
[[nodiscard]] std::string versions_prefix(std::string_view bucket, std::string_view key);

// More extents or parts than fit beside an object lie in a record of their own (layout_record),
// under the owner's name.
[[nodiscard]] std::string to_record(const ObjectVersion& version);
// Without extents and parts where they lie apart.
[[nodiscard]] ObjectVersion version_from_record(std::string_view bucket, std::string_view key,
                                                std::string_view record);
[[nodiscard]] bool has_layout(const Content& content);
[[nodiscard]] std::string to_layout_record(const Content& content);
void add_layout(Content& content, std::string_view record);

// Of an upload in progress, and of its parts.
[[nodiscard]] std::string to_record(const Attributes& attributes);
[[nodiscard]] Attributes attributes_from_record(std::string_view record);
[[nodiscard]] std::string to_record(const Content& content, TimePoint modified);
[[nodiscard]] std::pair<Content, TimePoint> content_from_record(std::string_view record);

// Later than `last` whatever the clock says: microseconds since 1970.
[[nodiscard]] std::uint64_t next_stamp(TimePoint now, std::uint64_t last);
// Ids that sort latest first, and the stamp within; and ids that sort earliest first.
[[nodiscard]] std::string make_version_id(std::uint64_t stamp);
[[nodiscard]] std::uint64_t stamp_of(std::string_view version_id);
[[nodiscard]] std::string make_upload_id(TimePoint now);
[[nodiscard]] std::string make_owner_id();

}  // namespace kennel::objects
