// Pages of a bucket's keys, in the order of their bytes; keys with the same beginning up to a
// delimiter are told as one prefix. Reads only; every call is safe from several threads.
#pragma once

#include <string>
#include <vector>

#include "objects/object.h"
#include "store/records.h"

namespace kennel::objects {

struct ListQuery {
  std::string bucket;
  std::string prefix;
  std::string delimiter;  // empty: every key for itself
  std::string after;      // a key, or a prefix that was told
  std::size_t limit = 1000;
};

// A page holds up to `limit` keys and prefixes together.
struct ObjectPage {
  std::vector<ObjectVersion> objects;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string last;  // key or prefix: the next page's `after`
};

[[nodiscard]] ObjectPage list_objects(const store::Records& records, const ListQuery& query);

struct VersionQuery : ListQuery {
  std::string after_version;  // an id of the key `after`, as clients know it; empty: past the key
};

struct ListedVersion {
  ObjectVersion version;
  bool is_latest = false;
};

struct VersionPage {
  std::vector<ListedVersion> versions;  // of a key the latest first
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string last;
  std::string last_version;  // empty where `last` is a prefix
};

[[nodiscard]] VersionPage list_versions(const store::Records& records, const VersionQuery& query);

}  // namespace kennel::objects
