// Pages of keys, versions and uploads, compared with what a reader of S3's documentation would list
// by hand: all keys in a row, those with a common beginning told once.
#include "objects/listing.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// In the order of their bytes.
std::vector<std::string> odd_keys() {
  std::vector<std::string> keys{"\x01",        "\x01/\x01",
                                " ",           "%2F+",
                                "a",           "a\x01",
                                "a\001b",      "a ",
                                "a!",          "a/",
                                "a/\x01",      "a/1",
                                "a/2",         "a/2/3",
                                "a//b",        "a0",
                                "aa/b/c",      "aa/bb",
                                "a\x7f",       "ab",
                                "aä",          "aä/ö",
                                "a\u0800",     "a\uffffz",
                                "a🐶",         "a🐶🐶b",
                                "a\U0010ffff", "a\U0010ffff/x",
                                "b",           "b/",
                                "b/c/",        "b/c/d",
                                "z\n\t",       std::string(1024, 'k')};
  std::ranges::sort(keys);
  return keys;
}

std::string group_by_hand(const std::string& key, const ListQuery& query) {
  const auto at =
      query.delimiter.empty() ? std::string::npos : key.find(query.delimiter, query.prefix.size());
  return at == std::string::npos ? "" : key.substr(0, at + query.delimiter.size());
}

// "key" and "prefix..." for every line of an endless page.
std::vector<std::string> list_by_hand(const std::vector<std::string>& keys,
                                      const ListQuery& query) {
  std::vector<std::string> lines;
  const bool after_group = query.after.starts_with(query.prefix) && !query.after.empty() &&
                           group_by_hand(query.after, query) == query.after;
  for (const std::string& key : keys) {
    if (!key.starts_with(query.prefix)) continue;
    if (!query.after.empty() && key <= query.after) continue;
    if (after_group && key.starts_with(query.after)) continue;
    const std::string group = group_by_hand(key, query);
    const std::string line = group.empty() ? key : group + "...";
    if (lines.empty() || lines.back() != line) lines.push_back(line);
  }
  return lines;
}

std::vector<ListQuery> all_queries() {
  std::vector<ListQuery> queries;
  for (const char* prefix : {"", "a", "a/", "aa", "\x01", "a🐶", "b/c", "zz"}) {
    for (const char* delimiter : {"", "/", "a", "//", "/b/", "🐶", "\x01"}) {
      queries.push_back({.bucket = "dogs", .prefix = prefix, .delimiter = delimiter});
    }
  }
  return queries;
}

class Listing : public testing::Test {
 protected:
  void put_all(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) ASSERT_TRUE(store_.put(key, ""));
  }

  // All pages, behind each other; every page but the last is full.
  std::vector<std::string> list_pages(ListQuery query) {
    std::vector<std::string> lines;
    for (;;) {
      const ObjectPage page = list_objects(store_.place.records, query);
      std::vector<std::string> told;
      for (const ObjectVersion& object : page.objects) told.push_back(object.key);
      for (const std::string& prefix : page.prefixes) told.push_back(prefix + "...");
      const auto place_of = [](const std::string& line) {
        return line.ends_with("...") ? line.substr(0, line.size() - 3) : line;
      };
      std::ranges::sort(told, {}, place_of);
      lines.insert(lines.end(), told.begin(), told.end());
      if (!page.truncated) return lines;
      EXPECT_EQ(told.size(), query.limit);
      EXPECT_EQ(page.last, place_of(told.back()));
      query.after = page.last;
    }
  }

  std::vector<std::string> list_versions_by_page(VersionQuery query) {
    std::vector<std::string> lines;
    for (;;) {
      const VersionPage page = list_versions(store_.place.records, query);
      for (const auto& [version, is_latest] : page.versions) {
        lines.push_back(version.key + " " + version.shown_id() + (is_latest ? " latest" : ""));
      }
      for (const std::string& prefix : page.prefixes) lines.push_back(prefix + "...");
      if (!page.truncated) return lines;
      EXPECT_EQ(page.versions.size() + page.prefixes.size(), query.limit);
      query.after = page.last;
      query.after_version = page.last_version;
    }
  }

  store::Records& records() { return store_.place.records; }

  ObjectStore<> store_;
};

TEST_F(Listing, GivesEveryKeyOnceWhateverThePage) {
  const auto keys = odd_keys();
  put_all(keys);
  for (ListQuery query : all_queries()) {
    const auto expected = list_by_hand(keys, query);
    for (const std::size_t limit : {1, 2, 3, 7, 1000}) {
      query.limit = limit;
      EXPECT_EQ(list_pages(query), expected)
          << "prefix " << query.prefix << " delimiter " << query.delimiter << " limit " << limit;
    }
  }
}

TEST_F(Listing, BeginsAfterAnyKeyOrPrefix) {
  const auto keys = odd_keys();
  put_all(keys);
  auto places = keys;
  for (const char* other : {"A", "a/2/", "a/22", "a/zz", "aa/", "aa/b", "aa/b/", "zzz", "a🐶🐶"}) {
    places.emplace_back(other);
  }
  for (ListQuery query : all_queries()) {
    for (const std::string& place : places) {
      query.after = place;
      query.limit = 5;
      EXPECT_EQ(list_pages(query), list_by_hand(keys, query))
          << "prefix " << query.prefix << " delimiter " << query.delimiter << " after " << place;
    }
  }
}

TEST_F(Listing, IsTruncatedOnlyWhereMoreFollows) {
  put_all({"a", "b/1", "b/2", "c"});
  const auto page_of = [&](std::size_t limit) {
    return list_objects(records(), {.bucket = "dogs", .delimiter = "/", .limit = limit});
  };
  EXPECT_FALSE(page_of(0).truncated);
  EXPECT_THAT(page_of(0).objects, IsEmpty());
  EXPECT_TRUE(page_of(1).truncated);
  EXPECT_TRUE(page_of(2).truncated);
  EXPECT_EQ(page_of(2).last, "b/");
  EXPECT_FALSE(page_of(3).truncated);
  EXPECT_FALSE(page_of(4).truncated);
  EXPECT_FALSE(list_objects(records(), {.bucket = "cats"}).truncated);
  const ListQuery up_to_a_prefix{.bucket = "dogs", .prefix = "b", .delimiter = "/", .limit = 1};
  EXPECT_FALSE(list_objects(records(), up_to_a_prefix).truncated);
}

TEST_F(Listing, StaysWithinItsBucket) {
  put_all({"a"});
  ASSERT_TRUE(store_.buckets.create("dogs2", "us-east-1", store_.now));
  NewObject other = store_.draft("b", "");
  other.bucket = "dogs2";
  ASSERT_TRUE(store_.objects.put(std::move(other), {}, store_.now));
  EXPECT_THAT(list_pages({.bucket = "dogs"}), ElementsAre("a"));
  EXPECT_THAT(list_pages({.bucket = "dogs2"}), ElementsAre("b"));
}

TEST_F(Listing, PassesThousandsOfKeysUnderOnePrefix) {
  for (int key = 0; key < 2500; ++key) ASSERT_TRUE(store_.put("a/" + std::to_string(key), ""));
  put_all({"b"});
  EXPECT_THAT(list_pages({.bucket = "dogs", .delimiter = "/", .limit = 1}),
              ElementsAre("a/...", "b"));
  EXPECT_EQ(list_pages({.bucket = "dogs", .limit = 1000}).size(), 2501U);
}

TEST_F(Listing, OmitsWhatLiesUnderAMarker) {
  store_.set_versioning(Versioning::kEnabled);
  put_all({"a", "b/1", "c"});
  ASSERT_TRUE(store_.remove("b/1"));
  ASSERT_TRUE(store_.remove("c"));
  EXPECT_THAT(list_pages({.bucket = "dogs", .delimiter = "/"}), ElementsAre("a"));
}

TEST_F(Listing, GivesEveryVersionOnceWhateverThePage) {
  const auto keys = odd_keys();
  put_all(keys);
  for (std::size_t index = 0; index < keys.size(); ++index) {
    store_.set_versioning(Versioning::kEnabled);
    for (std::size_t more = index % 4; more > 0; --more) (void)store_.put(keys[index], "");
    if (index % 3 == 0) (void)store_.remove(keys[index]);
    store_.set_versioning(Versioning::kSuspended);
    if (index % 5 == 1) (void)store_.put(keys[index], "");
    if (index % 5 == 2) (void)store_.remove(keys[index]);
  }
  for (const ListQuery& query : all_queries()) {
    const auto at_once = list_versions_by_page({query});
    const auto is_first_of_its_kind = [](const std::string& line) {
      return line.ends_with(" latest") || line.ends_with("...");
    };
    EXPECT_EQ(std::ranges::count_if(at_once, is_first_of_its_kind),
              std::ssize(list_by_hand(keys, query)));
    for (const std::size_t limit : {1, 2, 3, 7}) {
      VersionQuery paged{query};
      paged.limit = limit;
      auto lines_by_page = list_versions_by_page(paged);
      auto expected = at_once;
      std::ranges::sort(lines_by_page);  // a page tells its prefixes last
      std::ranges::sort(expected);
      EXPECT_EQ(lines_by_page, expected)
          << "prefix " << query.prefix << " delimiter " << query.delimiter << " limit " << limit;
    }
  }
}

TEST_F(Listing, BeginsAfterAnyVersion) {
  ASSERT_TRUE(store_.put("rex", "null one"));
  store_.set_versioning(Versioning::kEnabled);
  ASSERT_TRUE(store_.put("rex", "one"));
  ASSERT_TRUE(store_.remove("rex"));
  ASSERT_TRUE(store_.put("rex\x01", "other"));
  const auto all = store_.versions();
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t told = 0; told < all.size(); ++told) {
    const auto page = list_versions(records(), {{.bucket = "dogs", .after = all[told].version.key},
                                                all[told].version.shown_id()});
    ASSERT_EQ(page.versions.size(), all.size() - told - 1) << told;
    for (std::size_t next = told + 1; next < all.size(); ++next) {
      EXPECT_EQ(page.versions[next - told - 1].version.id, all[next].version.id);
      EXPECT_EQ(page.versions[next - told - 1].is_latest, all[next].is_latest);
    }
  }
  const auto past_the_key = list_versions(records(), {{.bucket = "dogs", .after = "rex"}});
  ASSERT_EQ(past_the_key.versions.size(), 1U);
  EXPECT_EQ(past_the_key.versions[0].version.key, "rex\x01");
}

// Whoever empties a bucket removes each page before asking for the next: what becomes the latest
// meanwhile must be on it.
TEST_F(Listing, MissesNoVersionWhereTheLastPageWasRemoved) {
  for (const std::size_t limit : {1, 2, 3}) {
    for (const bool null_first : {false, true}) {
      store_.set_versioning(Versioning::kEnabled);
      for (int version = 0; version < 5; ++version) ASSERT_TRUE(store_.put("rex", "woof"));
      ASSERT_TRUE(store_.remove("rex"));
      if (null_first) {
        store_.set_versioning(Versioning::kSuspended);
        ASSERT_TRUE(store_.put("rex", "null"));
      }
      store_.remove_everything(limit);
      EXPECT_THAT(store_.history("rex"), IsEmpty()) << limit << null_first;
    }
  }
}

TEST_F(Listing, TellsTheLatestOfAKeyWhoseLastPageWasRemoved) {
  store_.set_versioning(Versioning::kEnabled);
  ASSERT_TRUE(store_.put("rex", "one"));
  ASSERT_TRUE(store_.remove("rex"));
  ASSERT_TRUE(store_.put("rex", "two"));
  const auto first = list_versions(records(), {{.bucket = "dogs", .limit = 1}});
  ASSERT_TRUE(store_.remove("rex", first.last_version));
  const auto second =
      list_versions(records(), {{.bucket = "dogs", .after = "rex"}, first.last_version});
  ASSERT_EQ(second.versions.size(), 2U);
  EXPECT_TRUE(second.versions[0].version.is_marker);
  EXPECT_TRUE(second.versions[0].is_latest);
  EXPECT_FALSE(second.versions[1].is_latest);
}

TEST_F(Listing, GivesEveryUploadOnceWhateverThePage) {
  const auto keys = odd_keys();
  for (const std::string& key : keys) {
    for (std::size_t more = 0; more <= key.size() % 3; ++more) (void)store_.begin_upload(key);
  }
  for (const ListQuery& query : all_queries()) {
    UploadQuery paged{.bucket = "dogs", .prefix = query.prefix, .delimiter = query.delimiter};
    for (const std::size_t limit : {1, 2, 5, 1000}) {
      paged.limit = limit;
      paged.after.clear();
      paged.after_id.clear();
      std::vector<std::string> lines;
      for (bool more = true; more;) {
        const UploadPage page = store_.uploads.list(paged);
        for (const Upload& upload : page.uploads) lines.push_back(upload.key);
        for (const std::string& prefix : page.prefixes) lines.push_back(prefix + "...");
        more = page.truncated;
        paged.after = page.last;
        paged.after_id = page.last_id;
      }
      std::vector<std::string> expected;
      for (const std::string& line : list_by_hand(keys, query)) {
        const std::size_t times = line.ends_with("...") ? 1 : line.size() % 3 + 1;
        expected.insert(expected.end(), times, line);
      }
      std::ranges::sort(lines);
      std::ranges::sort(expected);
      EXPECT_EQ(lines, expected) << "prefix " << query.prefix << " delimiter " << query.delimiter;
    }
  }
}

}  // namespace
}  // namespace kennel::objects
