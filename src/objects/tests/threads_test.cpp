// Several threads do whatever comes to a few keys, while a collector removes what nobody holds:
// what the records name can be read whole, always, and in the end nothing is left.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/random.h"
#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::AnyOf;
using testing::IsEmpty;

// Missing is no failure: others remove it.
template <class T>
bool succeeded(const Outcome<T>& outcome) {
  if (outcome) return true;
  EXPECT_THAT(outcome.error().problem, AnyOf(Problem::kNoSuchKey, Problem::kNoSuchVersion,
                                             Problem::kIsDeleteMarker, Problem::kNoSuchUpload))
      << outcome.error().message;
  return false;
}

template <class Place>
class Actor {
 public:
  Actor(ObjectStore<Place>& store, std::uint64_t seed) : store_(store), random_(seed) {}

  void act() {
    const std::string key = any_of({"a", "b", "c"});
    switch (random_.below(11)) {
      case 0:
      case 1:
        EXPECT_TRUE(store_.put(key, any_of({"", "woof", "growl", "bark"})));
        break;
      case 2:
        EXPECT_TRUE(store_.remove(key));
        break;
      case 3:
        remove_version(key);
        break;
      case 4:
        upload(key);
        break;
      case 5:
        (void)succeeded(store_.copy(any_of({"a", "b"}), {}, key));
        break;
      case 6:
        tag(key);
        break;
      case 7:
        turn_versioning();
        break;
      case 8:
        read_versions();
        break;
      default:
        read(key, {});
        break;
    }
  }

  void read_versions() {
    for (const ListedVersion& listed : store_.versions()) {
      if (!listed.version.is_marker) read(listed.version.key, listed.version.shown_id());
    }
  }

 private:
  std::string any_of(const std::vector<std::string>& choices) {
    return choices[random_.below(choices.size())];
  }

  void read(const std::string& key, const std::optional<std::string>& id) {
    auto opened = store_.objects.open("dogs", key, id);
    if (!succeeded(opened)) return;
    const std::string etag = opened->first.content.etag;
    const auto text = read_all(opened->second);
    ASSERT_TRUE(text) << text.error().message;
    if (!etag.ends_with("-1")) {
      EXPECT_EQ(md5_of(*text), etag);
    } else {
      const auto part = *base::from_hex(md5_of(*text));
      EXPECT_EQ(md5_of(base::as_text(part)) + "-1", etag);
    }
  }

  void remove_version(const std::string& key) {
    const auto versions = store_.versions(key);
    if (versions.empty()) return;
    const auto& version = versions[random_.below(versions.size())].version;
    EXPECT_TRUE(store_.remove(key, version.shown_id()));
  }

  void upload(const std::string& key) {
    const Upload upload = store_.begin_upload(key);
    EXPECT_TRUE(store_.put_part(upload, 1, "part"));
    if (succeeded(store_.copy_part(upload, 1, any_of({"a", "b"}), 6)) || random_.below(2) == 0) {
      EXPECT_TRUE(store_.complete(upload));
    } else {
      EXPECT_TRUE(store_.uploads.abort("dogs", key, upload.id));
    }
  }

  void tag(const std::string& key) {
    (void)succeeded(store_.objects.change_attributes(
        "dogs", key, {}, [](Attributes& attributes) { attributes.tags = {{"a", "b"}}; }));
  }

  void turn_versioning() {
    store_.set_versioning(random_.below(2) == 0 ? Versioning::kEnabled : Versioning::kSuspended);
  }

  ObjectStore<Place>& store_;
  base::Random random_;
};

template <class Place>
class ManyActors : public testing::Test {
 protected:
  void act(int actors, int rounds) {
    std::atomic<int> running{actors};
    std::vector<std::thread> threads;
    for (int actor = 0; actor < actors; ++actor) {
      threads.emplace_back([&, actor] {
        Actor<Place> mine(store_, static_cast<std::uint64_t>(actor));
        for (int round = 0; round < rounds; ++round) mine.act();
        --running;
      });
    }
    while (running > 0) (void)store_.blobs.collect();
    for (std::thread& thread : threads) thread.join();
  }

  ObjectStore<Place> store_;
};

using Places = testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(ManyActors, Places);

TYPED_TEST(ManyActors, LeaveNothingThatCannotBeRead) {
  this->act(4, std::is_same_v<TypeParam, InMemory> ? 150 : 50);
  Actor<TypeParam>(this->store_, 0).read_versions();
  this->store_.remove_everything();
  EXPECT_THAT(this->store_.leftovers(), IsEmpty());
}

}  // namespace
}  // namespace kennel::objects
