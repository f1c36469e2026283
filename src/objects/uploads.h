// Uploads in several parts. A part is an object's content without a name; completing an upload
// puts the parts one behind the other and copies nothing: the object's owner is the upload.
//
// Every call is safe from several threads, and blocks on the disk. Throws store::StoreError,
// base::DiskError.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/objects.h"

namespace kennel::objects {

inline constexpr std::uint32_t kPartNumberMax = 10'000;
inline constexpr std::uint64_t kPartBytesMin = 5 * base::kMiB;  // of all parts but the last

struct Upload {
  std::string bucket;
  std::string key;
  std::string id;
  TimePoint initiated;
  std::string initiator;  // ARN
  Attributes attributes;
  std::string checksum_algorithm;  // "CRC32"; empty: none was asked for
  std::string checksum_type;       // "COMPOSITE", "FULL_OBJECT"
};

struct Part {
  std::uint32_t number = 0;
  TimePoint modified;
  Content content;
};

struct NewPart {
  std::uint32_t number = 0;
  Content content;
  std::optional<store::StagedBlob> staged;  // else the extents are to be held as well
};

// A part as the client names it when it completes.
struct NamedPart {
  std::uint32_t number = 0;
  std::string etag;      // without quotes
  std::string checksum;  // base64; empty: not said
};

// How an upload is to be completed.
struct Completion {
  std::vector<NamedPart> parts;  // ascending
  WriteConditions conditions;
  std::string checksum;  // of the whole, base64; empty: not said
  std::optional<std::uint64_t> size;
};

struct PartPage {
  std::vector<Part> parts;
  bool truncated = false;
};

struct UploadQuery {
  std::string bucket;
  std::string prefix;
  std::string delimiter;
  std::string after;     // a key, or a prefix that was told
  std::string after_id;  // of the key `after`; empty: past the key
  std::size_t limit = 1000;
};

struct UploadPage {
  std::vector<Upload> uploads;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string last;
  std::string last_id;
};

// Joins what the parts say into the checksum of the whole; nullopt: some part has none, or it
// cannot be done (SHA of the full object). Pure.
[[nodiscard]] std::optional<StoredChecksum> join_checksums(const std::string& algorithm,
                                                           const std::string& type,
                                                           const std::vector<ObjectPart>& parts);

class Uploads {
 public:
  Uploads(store::Records& records, store::Blobs& blobs, const Buckets& buckets, Objects& objects)
      : records_(records), blobs_(blobs), buckets_(buckets), objects_(objects) {}

  // Fills in the id. kNoSuchBucket.
  [[nodiscard]] Outcome<Upload> create(Upload upload);
  [[nodiscard]] Outcome<Upload> get(std::string_view bucket, std::string_view key,
                                    std::string_view id) const;
  // In place of a part with the same number.
  [[nodiscard]] Outcome<void> put_part(const Upload& upload, NewPart part, TimePoint now);
  [[nodiscard]] PartPage list_parts(const Upload& upload, std::uint32_t after,
                                    std::size_t limit) const;
  [[nodiscard]] UploadPage list(const UploadQuery& query) const;
  // A second call with the same id gives the same object, for as long as a day.
  [[nodiscard]] Outcome<ObjectVersion> complete(std::string_view bucket, std::string_view key,
                                                std::string_view id, const Completion& completion,
                                                TimePoint now);
  [[nodiscard]] Outcome<void> abort(std::string_view bucket, std::string_view key,
                                    std::string_view id);
  // Of a bucket that is to go.
  [[nodiscard]] Outcome<void> abort_all(std::string_view bucket);
  // What was completed more than a day ago is forgotten, up to `limit` at a time.
  void forget_completed(TimePoint now, std::size_t limit = 1000);

 private:
  struct Found {
    Upload upload;
    std::uint64_t record_version;
  };
  struct Assembled {
    Content content;
    store::Changes changes;  // with the object's own
  };
  [[nodiscard]] Outcome<Found> find(std::string_view bucket, std::string_view key,
                                    std::string_view id) const;
  [[nodiscard]] std::vector<Part> all_parts(std::string_view id) const;
  [[nodiscard]] Outcome<Assembled> assemble(const Found& found,
                                            const std::vector<NamedPart>& named) const;
  [[nodiscard]] Outcome<ObjectVersion> find_completed(std::string_view bucket, std::string_view key,
                                                      std::string_view id) const;

  store::Records& records_;
  store::Blobs& blobs_;
  const Buckets& buckets_;
  Objects& objects_;
  KeyLocks locks_;  // an upload's parts stand still while it is completed or aborted
};

}  // namespace kennel::objects
