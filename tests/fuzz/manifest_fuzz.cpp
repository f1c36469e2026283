// Any bytes as the manifest of a channel: every file that it names is below a folder and has the
// key that its name and the prefix make.
#include "base/error.h"
#include "jobs/inputs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace base = kennel::base;
  namespace jobs = kennel::jobs;
  const auto files = jobs::parse_manifest(base::as_text({data, size}), "s3://dogs/list");
  if (!files) {
    base::check(files.error().kind == base::ErrorKind::kInvalid, "a bad manifest is the user's");
    return 0;
  }
  for (const jobs::InputFile& file : *files) {
    base::check(
        jobs::path_below("", file.key.substr(file.key.size() - file.path.size())) == file.path,
        "a file lies below its folder");
    base::check(!file.bucket.empty(), "a prefix has a bucket");
  }
  return 0;
}
