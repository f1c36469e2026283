// What S3 says that becomes of a bucket's versions, written down as simply as it can be: for
// comparing the store with.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "objects/buckets.h"

namespace kennel::objects {

struct ModelVersion {
  std::string id;  // "null", or what the store made of it
  bool is_marker = false;
  std::string text = {};
  std::string etag = {};
  std::string tag = {};
};

class Model {
 public:
  using History = std::vector<ModelVersion>;  // the latest first

  Versioning versioning = Versioning::kNever;
  std::map<std::string, History> keys;

  void put(const std::string& key, ModelVersion version) {
    History& history = keys[key];
    if (versioning != Versioning::kEnabled) erase(history, "null");
    history.insert(history.begin(), std::move(version));
  }
  void remove(const std::string& key, const std::string& marker_id) {
    if (versioning == Versioning::kNever) {
      keys[key].clear();
    } else {
      put(key, {.id = marker_id, .is_marker = true});
    }
  }
  void remove_version(const std::string& key, const std::string& id) { erase(keys[key], id); }
  // Null: there is none, or a marker is the latest.
  [[nodiscard]] const ModelVersion* latest(const std::string& key) {
    const History& history = keys[key];
    return history.empty() || history[0].is_marker ? nullptr : history.data();
  }

 private:
  static void erase(History& history, const std::string& id) {
    std::erase_if(history, [&](const ModelVersion& version) { return version.id == id; });
  }
};

}  // namespace kennel::objects
