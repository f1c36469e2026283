// An object store in memory, for tests to put things into.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/memory_disk.h"
#include "objects/uploads.h"
#include "store/memory_records.h"

namespace kennel::objects {

struct StockedStore {
  store::MemoryRecords records;
  base::MemoryDisk disk;
  store::Blobs blobs{records, disk, "/store"};
  Buckets buckets{records};
  Objects objects{records, blobs, buckets};
  Uploads uploads{records, blobs, buckets, objects};
  TimePoint now{std::chrono::days(20'000)};

  void make_bucket(const std::string& name, Versioning versioning = Versioning::kNever) {
    EXPECT_TRUE(buckets.create(name, "us-east-1", now));
    EXPECT_TRUE(buckets.set_versioning(name, versioning));
  }

  store::StagedBlob stage(std::string_view text) {
    const auto writer = blobs.begin();
    writer->append(base::as_bytes(text));
    return writer->finish();
  }

  static Content content_of(const store::StagedBlob& staged) {
    return {.size = staged.size(),
            .etag = staged.digest().hex().substr(0, 32),
            .extents = {{.digest = staged.digest(), .length = staged.size()}}};
  }

  ObjectVersion put(const std::string& bucket, const std::string& key, std::string_view text,
                    Attributes attributes = {}) {
    NewObject object{.bucket = bucket,
                     .key = key,
                     .owner = make_owner_id(),
                     .attributes = std::move(attributes),
                     .staged = stage(text)};
    object.content = content_of(*object.staged);
    return objects.put(std::move(object), {}, now).value();
  }

  Upload begin_upload(const std::string& bucket, const std::string& key) {
    return uploads.create({.bucket = bucket, .key = key, .initiated = now}).value();
  }

  void put_part(const Upload& upload, std::uint32_t number, std::string_view text) {
    NewPart part{.number = number, .staged = stage(text)};
    part.content = content_of(*part.staged);
    EXPECT_TRUE(uploads.put_part(upload, std::move(part), now));
  }

  [[nodiscard]] base::Path file_of(const base::Digest& digest) const {
    return blobs.blobs_folder() / blobs.find(digest)->file;
  }
};

}  // namespace kennel::objects
