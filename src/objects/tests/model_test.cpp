// Random walks: whatever is done to a few keys, the store is what the model says, and nothing is
// left once all is removed.
#include "objects/tests/model.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::IsEmpty;

constexpr int kSteps = 150;

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed) {}

  void run() {
    for (int step = 0; step < kSteps && !testing::Test::HasFailure(); ++step) {
      const std::string told = take_step();
      SCOPED_TRACE("step " + std::to_string(step) + ": " + told);
      compare();
    }
    store_.remove_everything(1 + random_.below(3));
    EXPECT_THAT(store_.leftovers(), IsEmpty());
  }

 private:
  std::string take_step() {
    // Now and then the clock goes back.
    store_.now += std::chrono::seconds(random_.below(10)) - std::chrono::seconds(3);
    const std::string key = any_of({"a", "a\x01", "a/b", "ab"});
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
        return put(key);
      case 3:
        return remove(key);
      case 4:
      case 5:
        return remove_version(key);
      case 6:
        return turn_versioning();
      case 7:
        return upload(key);
      case 8:
        return copy(key);
      case 9:
        return tag(key);
      case 10:
        return put_on_condition(key);
      default:
        return collect();
    }
  }

  std::string any_of(const std::vector<std::string>& choices) {
    return choices[random_.below(choices.size())];
  }
  std::string any_text() { return any_of({"", "woof", "growl", "bark", "whine"}); }
  const ModelVersion* any_version(const std::string& key) {
    const auto& history = model_.keys[key];
    return history.empty() ? nullptr : &history[random_.below(history.size())];
  }

  void expect_put(const std::string& key, const ObjectVersion& version, const std::string& text,
                  const std::string& tag = {}) {
    model_.put(key,
               {.id = version.shown_id(), .text = text, .etag = version.content.etag, .tag = tag});
  }

  std::string put(const std::string& key) {
    const std::string text = any_text();
    const auto version = store_.put(key, text);
    EXPECT_TRUE(version);
    expect_put(key, *version, text);
    return "put " + key;
  }

  std::string put_on_condition(const std::string& key) {
    const ModelVersion* latest = model_.latest(key);
    const std::string seen = any_text();
    const bool if_none = random_.below(2) == 0;
    const auto version = if_none ? store_.put(key, "new", {.if_none = true})
                                 : store_.put(key, "new", {.if_match = md5_of(seen)});
    const bool expected = if_none ? latest == nullptr : latest && latest->etag == md5_of(seen);
    EXPECT_EQ(version.has_value(), expected);
    if (version) expect_put(key, *version, "new");
    return "put on condition " + key;
  }

  std::string remove(const std::string& key) {
    const auto removed = store_.remove(key);
    EXPECT_TRUE(removed);
    model_.remove(key, removed->version_id);
    return "remove " + key;
  }

  std::string remove_version(const std::string& key) {
    const ModelVersion* version = any_version(key);
    const std::string id = version && random_.below(4) > 0 ? version->id : "null";
    EXPECT_TRUE(store_.remove(key, id));
    model_.remove_version(key, id);
    return "remove " + id + " of " + key;
  }

  std::string turn_versioning() {
    model_.versioning =
        model_.versioning == Versioning::kEnabled ? Versioning::kSuspended : Versioning::kEnabled;
    store_.set_versioning(model_.versioning);
    return "turn versioning";
  }

  // Of so many extents that they may lie apart; or given up.
  std::string upload(const std::string& key) {
    const std::string source = any_of({"a", "ab"});
    const ModelVersion* latest = model_.latest(source);
    if (latest == nullptr || latest->text.size() > 1000) return "upload nothing";
    const Upload upload = store_.begin_upload(key);
    const int times = 1 + static_cast<int>(random_.below(7));
    EXPECT_TRUE(store_.put_part(upload, 7, "unclaimed"));
    EXPECT_TRUE(store_.put_part(upload, 1, "replaced"));
    EXPECT_TRUE(store_.copy_part(upload, 1, source, times));
    if (random_.below(4) == 0) {
      EXPECT_TRUE(store_.uploads.abort("dogs", key, upload.id));
      return "abort " + key;
    }
    std::string text;
    for (int time = 0; time < times; ++time) text += latest->text;
    const auto version =
        store_.uploads.complete("dogs", key, upload.id, {.parts = {{1, md5_of(text)}}}, store_.now);
    EXPECT_TRUE(version);
    expect_put(key, *version, text);
    return "upload " + key;
  }

  std::string copy(const std::string& key) {
    const std::string source = any_of({"a", "a/b"});
    const ModelVersion* version = any_version(source);
    if (version == nullptr || version->is_marker) return "copy nothing";
    const auto copied = store_.copy(source, version->id, key);
    EXPECT_TRUE(copied);
    expect_put(key, *copied, version->text, version->tag);
    return "copy " + source + " to " + key;
  }

  std::string tag(const std::string& key) {
    auto& history = model_.keys[key];
    if (history.empty()) return "tag nothing";
    ModelVersion& version = history[random_.below(history.size())];
    const std::string tag = any_of({"one", "two", "three"});
    const auto tagged = store_.objects.change_attributes(
        "dogs", key, version.id, [&](Attributes& attributes) { attributes.tags = {{"tag", tag}}; });
    EXPECT_EQ(tagged.has_value(), !version.is_marker);
    if (tagged) version.tag = tag;
    return "tag " + version.id + " of " + key;
  }

  std::string collect() {
    (void)store_.blobs.collect();
    return "collect";
  }

  void compare() {
    std::vector<std::string> listed;
    for (const auto& object : list_objects(store_.place.records, {.bucket = "dogs"}).objects) {
      listed.push_back(object.key);
    }
    std::vector<std::string> expected;
    for (const auto& [key, history] : model_.keys) {
      if (model_.latest(key)) expected.push_back(key);
      compare_key(key, history);
    }
    EXPECT_EQ(listed, expected);
    compare_versions();
  }

  void compare_key(const std::string& key, const Model::History& history) {
    const ModelVersion* latest = model_.latest(key);
    const auto text = store_.read(key);
    EXPECT_EQ(text.has_value(), latest != nullptr) << key;
    if (text && latest) {
      EXPECT_EQ(*text, latest->text) << key;
    }
    for (const ModelVersion& version : history) {
      const auto got = store_.objects.get("dogs", key, version.id);
      if (version.is_marker) {
        EXPECT_EQ(got.error().problem, Problem::kIsDeleteMarker);
        continue;
      }
      ASSERT_TRUE(got) << key << " " << version.id;
      EXPECT_EQ(store_.read(key, version.id).value_or("unreadable"), version.text) << key;
      const auto& tags = got->attributes.tags;
      EXPECT_EQ(tags.empty() ? "" : tags[0].second, version.tag);
    }
  }

  void compare_versions() {
    VersionQuery query{{.bucket = "dogs", .limit = 1 + random_.below(4)}};
    std::vector<std::string> listed;
    for (bool more = true; more;) {
      const VersionPage page = list_versions(store_.place.records, query);
      for (const auto& [version, is_latest] : page.versions) {
        listed.push_back(version.key + " " + version.shown_id() + (is_latest ? " latest" : ""));
      }
      more = page.truncated;
      query.after = page.last;
      query.after_version = page.last_version;
    }
    std::vector<std::string> expected;
    for (const auto& [key, history] : model_.keys) {
      for (const ModelVersion& version : history) {
        const bool is_latest = &version == history.data();
        expected.push_back(key + " " + version.id + (is_latest ? " latest" : ""));
      }
    }
    EXPECT_EQ(listed, expected);
  }

  base::Random random_;
  ObjectStore<> store_;
  Model model_;
};

TEST(Store, IsWhatTheModelSaysWhateverIsDone) {
  for (std::uint64_t seed = 1; seed <= 3 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Walk(seed).run();
  }
}

}  // namespace
}  // namespace kennel::objects
