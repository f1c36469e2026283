#include "jobs/checkpoints.h"

#include "objects/listing.h"

namespace kennel::jobs {

S3Uri CheckpointSync::remote_of(const std::string& name) const {
  std::string key = remote_.key;
  if (!key.empty() && !key.ends_with('/')) key += '/';
  return {remote_.bucket, key + name};
}

base::Result<void> CheckpointSync::fetch(const InputParts& parts, const JobFolder& folder,
                                         const std::function<bool()>& stopped) {
  const std::string prefix = remote_of("").key;
  std::vector<InputFile> files;
  objects::ListQuery query{.bucket = remote_.bucket, .prefix = prefix};
  for (bool more = true; more;) {
    const objects::ObjectPage page = objects::list_objects(parts.records, query);
    for (const objects::ObjectVersion& object : page.objects) {
      auto path = path_below(prefix, object.key);
      if (path && !object.key.ends_with('/')) {
        files.push_back({*std::move(path), remote_.bucket, object.key});
      }
    }
    more = page.truncated;
    query.after = page.last;
  }
  // Copies: they are the job's to change.
  KENNEL_TRY_VOID(Inputs(parts, "").place(files, folder.ml / folder.below,
                                          {.links = false, .stopped = stopped}));
  for (const FoundFile& file : find_files({folder})) {
    pushed_[file.name] = {file.size, file.modified_ns};
  }
  return {};
}

base::Result<void> CheckpointSync::push(const std::vector<JobFolder>& folders, bool settled_only,
                                        TimePoint now) {
  for (const FoundFile& file : find_files(folders)) {
    const Stamp stamp{file.size, file.modified_ns};
    const bool settled = looked_at_[file.name] == stamp;
    looked_at_[file.name] = stamp;
    if (pushed_[file.name] == stamp || (settled_only && !settled)) continue;
    KENNEL_TRY_VOID(uploader_.put_file(remote_of(file.name), file, now));
    pushed_[file.name] = stamp;
  }
  return {};
}

}  // namespace kennel::jobs
