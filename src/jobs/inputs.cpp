#include "jobs/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/utf8.h"
#include "objects/listing.h"

namespace kennel::jobs {
namespace {

using base::ErrorKind;

constexpr std::uint64_t kManifestBytesMax = 64 * base::kMiB;
constexpr std::size_t kKeyBytesMax = 1024;
constexpr std::size_t kNameBytesShown = 200;

template <class... Parts>
tl::unexpected<base::Error> refuse(fmt::format_string<Parts...> text, Parts&&... parts) {
  return base::fail(ErrorKind::kInvalid, "ClientError: Data download failed:" +
                                             fmt::format(text, std::forward<Parts>(parts)...));
}

tl::unexpected<base::Error> nothing_found(const TrainingJob& job, const std::string& uri,
                                          const std::string& bucket, const std::string& region) {
  return base::fail(
      ErrorKind::kInvalid,
      fmt::format(
          "ClientError: No S3 objects found under S3 URL \"{}\" given in input data source. "
          "Please ensure that the bucket exists in the selected region ({}), that objects "
          "exist under that S3 prefix, and that the role \"{}\" has \"s3:ListBucket\" "
          "permissions on bucket \"{}\".",
          uri, region, job.role_arn, bucket));
}

// As a file system would read it: nothing that leaves the folder, or is no name.
bool is_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view name = path.substr(at, end - at);
    if (name.empty() || name == "." || name == ".." || name.size() > 255) return false;
    at = end + 1;
  }
  return true;
}

// A file and a folder of one name cannot both be there.
std::optional<std::string> find_clash(const std::vector<InputFile>& files) {
  std::set<std::string_view> names;
  for (const InputFile& file : files) {
    if (!names.insert(file.path).second) return file.path;
  }
  for (const InputFile& file : files) {
    for (std::size_t at = file.path.find('/'); at != std::string::npos;
         at = file.path.find('/', at + 1)) {
      if (names.contains(std::string_view(file.path).substr(0, at))) return file.path;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> path_below(std::string_view prefix, std::string_view key) {
  std::string_view path = key.substr(std::min(prefix.size(), key.size()));
  while (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) path = key.substr(key.rfind('/') + 1);
  if (!is_path(path)) return std::nullopt;
  return std::string(path);
}

std::vector<InputFile> shard_of(const std::vector<InputFile>& files, int instance, int instances) {
  std::vector<InputFile> shard;
  for (std::size_t at = static_cast<std::size_t>(instance); at < files.size();
       at += static_cast<std::size_t>(instances)) {
    shard.push_back(files[at]);
  }
  return shard;
}

base::Result<std::vector<InputFile>> Inputs::list(const S3Uri& prefix) const {
  std::vector<InputFile> files;
  objects::ListQuery query{.bucket = prefix.bucket, .prefix = prefix.key};
  for (bool more = true; more;) {
    const objects::ObjectPage page = objects::list_objects(parts_.records, query);
    for (const objects::ObjectVersion& object : page.objects) {
      // What consoles make as a folder.
      if (object.key.ends_with('/')) continue;
      auto path = path_below(prefix.key, object.key);
      if (!path) {
        return refuse("The key s3://{}/{} cannot be the name of a file.", prefix.bucket,
                      object.key);
      }
      files.push_back({*std::move(path), prefix.bucket, object.key});
    }
    more = page.truncated;
    query.after = page.last;
  }
  return files;
}

base::Result<std::vector<InputFile>> parse_manifest(std::string_view text, const std::string& uri) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  const bool is_manifest = document.is_array() && !document.empty() && document[0].is_object() &&
                           document[0].contains("prefix") && document[0]["prefix"].is_string();
  const auto prefix = is_manifest
                          ? parse_s3_uri(document[0]["prefix"].get_ref<const std::string&>())
                          : std::nullopt;
  if (!prefix) {
    return refuse(
        "{} is no manifest: it should be [{{\"prefix\": \"s3://bucket/folder/\"}}, "
        "\"file\", ...].",
        uri);
  }
  std::vector<InputFile> files;
  for (std::size_t i = 1; i < document.size(); ++i) {
    if (!document[i].is_string()) {
      return refuse("{} is no manifest: its entry {} is no text.", uri, i);
    }
    const auto& name = document[i].get_ref<const std::string&>();
    if (name.size() > kKeyBytesMax || !is_path(name)) {
      return refuse("{} names \"{}\", which cannot be a file.", uri,
                    base::cut_text(name, kNameBytesShown));
    }
    files.push_back({name, prefix->bucket, prefix->key + name});
  }
  return files;
}

base::Result<std::vector<InputFile>> Inputs::read_manifest(const S3Uri& manifest) const {
  auto opened = parts_.objects.open(manifest.bucket, manifest.key);
  if (!opened || opened->first.content.size > kManifestBytesMax) {
    return refuse("There is no manifest at {} that can be read.", manifest.to_string());
  }
  base::Bytes text(opened->second.size());
  KENNEL_TRY_VOID(opened->second.read_exactly(0, text));
  return parse_manifest(base::as_text(text), manifest.to_string());
}

base::Result<std::vector<InputFile>> Inputs::find(const TrainingJob& job,
                                                  const Channel& channel) const {
  const std::string uri = channel.data.to_string();
  if (!parts_.buckets.find(channel.data.bucket)) {
    return nothing_found(job, uri, channel.data.bucket, region_);
  }
  KENNEL_TRY(auto files, channel.kind == DataKind::kManifest ? read_manifest(channel.data)
                                                             : list(channel.data));
  if (files.empty()) return nothing_found(job, uri, channel.data.bucket, region_);
  if (const auto clash = find_clash(files)) {
    return refuse(
        "Failed to download data. Cannot download {}, a previously downloaded "
        "file/folder clashes with it. Please check your s3 objects and ensure that there "
        "is no object that is both a folder as well as a file.",
        fmt::format("{}: {}", uri, *clash));
  }
  return files;
}

// The digest where the object is one blob and nothing else.
base::Result<std::optional<std::string>> Inputs::place_one(const InputFile& file,
                                                           const base::Path& path,
                                                           const Placement& placement) const {
  auto opened = parts_.objects.open(file.bucket, file.key);
  if (!opened) {
    return refuse("NoSuchKey (404): The specified key does not exist: s3://{}/{}", file.bucket,
                  file.key);
  }
  auto& [object, reader] = *opened;
  const auto& extents = object.content.extents;
  std::optional<std::string> digest;
  if (extents.size() == 1 && extents[0].offset == 0) {
    const auto row = parts_.blobs.find(extents[0].digest);
    if (row && row->size == extents[0].length) {
      digest = extents[0].digest.hex();
      if (placement.links) {
        KENNEL_TRY_VOID(parts_.blobs.place(extents[0].digest, path));
        return digest;
      }
    }
  }
  const auto copy = parts_.disk.create(path);
  for (std::uint64_t at = 0; at < reader.size();) {
    KENNEL_TRY(const base::ByteView bytes, reader.read(at));
    if (placement.stopped()) return base::fail(ErrorKind::kInterrupted, "stopped");
    copy->append(bytes);
    at += bytes.size();
  }
  return digest;
}

base::Result<std::map<std::string, std::string>> Inputs::place(const std::vector<InputFile>& files,
                                                               const base::Path& folder,
                                                               const Placement& placement) const {
  std::map<std::string, std::string> digests;
  parts_.disk.make_folders(folder);
  base::Path made = folder;
  for (const InputFile& file : files) {
    if (placement.stopped()) return base::fail(ErrorKind::kInterrupted, "stopped");
    const base::Path path = folder / file.path;
    if (path.parent_path() != made) {
      made = path.parent_path();
      parts_.disk.make_folders(made);
    }
    KENNEL_TRY(auto digest, place_one(file, path, placement));
    if (digest) digests.emplace(file.path, *std::move(digest));
  }
  return digests;
}

std::optional<std::string> warning_of(const TrainingJob& job, const Channel& channel,
                                      const std::vector<InputFile>& files) {
  if (channel.kind != DataKind::kPrefix || !channel.data.key.empty()) return std::nullopt;
  const auto is_output = [](const InputFile& file) {
    return file.key.ends_with("/output/model.tar.gz") ||
           file.key.ends_with("/output/output.tar.gz");
  };
  const auto found = std::ranges::find_if(files, is_output);
  if (found == files.end() && channel.data.bucket != job.output.bucket) return std::nullopt;
  std::string text =
      fmt::format("the channel \"{}\" is the whole bucket {}", channel.name, channel.data.bucket);
  text += found == files.end()
              ? ", and this job writes its output there: the next one would be fed with it"
              : fmt::format(", and so this job is fed with the output of an earlier one ({})",
                            found->key);
  return text + "; name a prefix, such as s3://" + channel.data.bucket + "/photos/";
}

}  // namespace kennel::jobs
