// What an instance left behind, into the object store. Files of instances are foreign: links are
// never followed, and what is neither a file nor a folder is left out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "jobs/training_job.h"
#include "objects/objects.h"

namespace kennel::jobs {

// A folder that an instance writes to. It can put links to anywhere in the place of all that is
// below `ml`, its /opt/ml, but not of that itself.
struct JobFolder {
  base::Path ml;
  std::string below;  // "model"
};

// A file below a folder; `name` is its path there, with '/'.
struct FoundFile {
  std::string name;
  JobFolder folder;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
};

// Every regular file below the folders, sorted by name; of two of one name that of the folder that
// comes first. Missing folders hold nothing.
[[nodiscard]] std::vector<FoundFile> find_files(const std::vector<JobFolder>& folders);

// The first bytes of such a file; nullopt: there is no regular file of that name.
[[nodiscard]] std::optional<std::string> read_foreign(const JobFolder& folder,
                                                      const std::string& name,
                                                      std::uint64_t bytes_max);

class Uploader {
 public:
  Uploader(store::Blobs& blobs, objects::Objects& objects) : blobs_(blobs), objects_(objects) {}

  // One object a file. kNotFound: the bucket is not there; kConflict: too busy. A file that can no
  // longer be read as a file is left out.
  [[nodiscard]] base::Result<void> put_file(const S3Uri& to, const FoundFile& file, TimePoint now);
  // The files as one .tar.gz, stored and not deflated: weights hardly shrink.
  [[nodiscard]] base::Result<void> put_archive(const S3Uri& to, const std::vector<FoundFile>& files,
                                               TimePoint now);

 private:
  class Writer;
  struct Sink;
  [[nodiscard]] base::Result<void> put(const S3Uri& to, Writer& writer, const char* type,
                                       TimePoint now);

  store::Blobs& blobs_;
  objects::Objects& objects_;
};

}  // namespace kennel::jobs
