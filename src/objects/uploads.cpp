#include "objects/uploads.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/checksum.h"
#include "objects/collections.h"
#include "objects/cursor.h"

namespace kennel::objects {
namespace {

using nlohmann::json;

// A part may lie in several blobs, where it was copied from an object in parts.
constexpr std::uint32_t kSlotsOfAPart = 1U << 17U;

std::string upload_key(std::string_view bucket, std::string_view key, std::string_view id) {
  return versions_prefix(bucket, key).append(id);
}

std::string part_key(std::string_view upload_id, std::uint32_t number) {
  return fmt::format("{}{:05}", upload_id, number);
}

std::int64_t to_ms(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string to_record(const Upload& upload) {
  return json{{"at", to_ms(upload.initiated)},
              {"by", upload.initiator},
              {"attributes", to_record(upload.attributes)},
              {"algorithm", upload.checksum_algorithm},
              {"type", upload.checksum_type}}
      .dump();
}

Upload upload_from_record(std::string_view bucket, std::string_view key, std::string_view id,
                          std::string_view record) {
  const json value = json::parse(record);
  Upload upload;
  upload.bucket = bucket;
  upload.key = key;
  upload.id = id;
  upload.initiated = TimePoint(std::chrono::milliseconds(value.at("at").get<std::int64_t>()));
  upload.initiator = value.at("by");
  upload.attributes = attributes_from_record(value.at("attributes").get_ref<const std::string&>());
  upload.checksum_algorithm = value.at("algorithm");
  upload.checksum_type = value.at("type");
  return upload;
}

Part part_from_record(std::uint32_t number, std::string_view record) {
  auto [content, modified] = content_from_record(record);
  return {number, modified, std::move(content)};
}

void append(store::Changes& changes, store::Changes more) {
  changes.insert(changes.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
}

store::Changes release(const Content& content, std::string_view owner) {
  store::Changes changes;
  for (const Extent& extent : content.extents) {
    append(changes, store::Blobs::release(extent.digest, {std::string(owner), extent.slot}));
  }
  return changes;
}

// Of the kind that the upload asked for.
std::string checksum_of(const Content& content, const std::string& algorithm) {
  const bool fits = content.checksum && content.checksum->algorithm == algorithm;
  return fits ? content.checksum->value : std::string();
}

// ETag of an object in parts: MD5 of the parts' MD5s, and their number.
class JoinedEtag {
 public:
  void add(std::string_view part_etag) {
    const auto digest = base::from_hex(part_etag);
    base::check(digest.has_value(), "a part's ETag is its MD5");
    md5_.update(*digest);
    ++count_;
  }
  [[nodiscard]] std::string finish() {
    return fmt::format("{}-{}", base::to_hex(md5_.finish()), count_);
  }

 private:
  base::Md5 md5_;
  int count_ = 0;
};

Outcome<void> check_named(const NamedPart& named, const std::map<std::uint32_t, Part>& parts) {
  const auto found = parts.find(named.number);
  const bool fits =
      found != parts.end() && found->second.content.etag == named.etag &&
      (named.checksum.empty() ||
       (found->second.content.checksum && found->second.content.checksum->value == named.checksum));
  if (fits) return {};
  return refuse({.problem = Problem::kInvalidPart, .part = named.number});
}

Outcome<void> check_order(const std::vector<NamedPart>& named) {
  const auto out_of_order = std::ranges::adjacent_find(
      named, [](const NamedPart& a, const NamedPart& b) { return a.number >= b.number; });
  if (out_of_order != named.end()) return refuse(Problem::kInvalidPartOrder);
  return {};
}

Outcome<void> check_whole(const Content& whole, const Completion& completion) {
  if (completion.size && *completion.size != whole.size) {
    return refuse(
        {.problem = Problem::kOtherContent,
         .message = fmt::format("The provided 'x-amz-mp-object-size' header value {} does "
                                "not match what was computed: {}",
                                *completion.size, whole.size)});
  }
  // A composite one may be said without the number of parts behind it.
  const bool fits =
      completion.checksum.empty() ||
      (whole.checksum && (whole.checksum->value == completion.checksum ||
                          whole.checksum->value.starts_with(completion.checksum + "-")));
  if (!fits) return refuse(Problem::kOtherContent);
  return {};
}

}  // namespace

Outcome<Upload> Uploads::create(Upload upload) {
  upload.id = make_upload_id(upload.initiated);
  KENNEL_TRY(const Bucket bucket, buckets_.get(upload.bucket));
  const auto committed = records_.commit(
      {{kBuckets, bucket.name, {}, store::kAnyVersion, store::ChangeKind::kExpect},
       {kUploads, upload_key(upload.bucket, upload.key, upload.id), to_record(upload), 0}});
  if (!committed) return refuse(Problem::kTooBusy);
  return upload;
}

Outcome<Uploads::Found> Uploads::find(std::string_view bucket, std::string_view key,
                                      std::string_view id) const {
  const auto record = records_.find(kUploads, upload_key(bucket, key, id));
  if (record) return Found{upload_from_record(bucket, key, id, record->value), record->version};
  return refuse(buckets_.find(bucket) ? Problem::kNoSuchUpload : Problem::kNoSuchBucket);
}

Outcome<Upload> Uploads::get(std::string_view bucket, std::string_view key,
                             std::string_view id) const {
  KENNEL_TRY(Found found, find(bucket, key, id));
  return std::move(found.upload);
}

Outcome<void> Uploads::put_part(const Upload& upload, NewPart part, TimePoint now) {
  const auto lock = locks_.lock(upload.id);
  // It may have ended while the part came.
  KENNEL_TRY(const Found found, find(upload.bucket, upload.key, upload.id));
  std::uint32_t slot = part.number * kSlotsOfAPart;
  for (Extent& extent : part.content.extents) extent.slot = slot++;
  const std::string key = part_key(upload.id, part.number);
  store::Changes changes;
  if (const auto old = records_.find(kParts, key)) {
    append(changes, release(part_from_record(part.number, old->value).content, upload.id));
  }
  changes.push_back({kParts, key, to_record(part.content, now)});
  base::Result<void> committed;
  if (part.staged && !part.content.extents.empty()) {
    const store::Blobs::Arrival arrival{&*part.staged,
                                        {upload.id, part.content.extents.front().slot}};
    committed = blobs_.commit(changes, {&arrival, 1});
  } else {
    for (const Extent& extent : part.content.extents) {
      append(changes, store::Blobs::hold(extent.digest, {upload.id, extent.slot}));
    }
    committed = blobs_.commit(changes, {});
  }
  if (!committed) return refuse(Problem::kTooBusy);
  return {};
}

PartPage Uploads::list_parts(const Upload& upload, std::uint32_t after, std::size_t limit) const {
  PartPage page;
  const auto found = records_.scan(
      kParts, {.prefix = upload.id, .after = part_key(upload.id, after), .limit = limit + 1});
  for (const store::Record& record : found) {
    if (page.parts.size() == limit) {
      page.truncated = limit > 0;
      break;
    }
    const auto number = static_cast<std::uint32_t>(std::stoul(record.key.substr(upload.id.size())));
    page.parts.push_back(part_from_record(number, record.value));
  }
  return page;
}

std::vector<Part> Uploads::all_parts(std::string_view id) const {
  std::vector<Part> parts;
  for (const auto& record :
       records_.scan(kParts, {.prefix = std::string(id), .limit = kPartNumberMax + 1})) {
    const auto number = static_cast<std::uint32_t>(std::stoul(record.key.substr(id.size())));
    parts.push_back(part_from_record(number, record.value));
  }
  return parts;
}

UploadPage Uploads::list(const UploadQuery& query) const {
  UploadPage page;
  const std::string prefix = object_key(query.bucket, query.prefix);
  Cursor cursor(records_, kUploads, prefix, query.limit + 1);
  const auto group_of = [&query](std::string_view key) -> std::string {
    const auto at = query.delimiter.empty() ? std::string_view::npos
                                            : key.find(query.delimiter, query.prefix.size());
    return at == std::string_view::npos ? std::string()
                                        : std::string(key.substr(0, at + query.delimiter.size()));
  };
  if (!query.after.empty()) {
    const std::string start = object_key(query.bucket, query.after);
    const bool is_group = group_of(query.after) == query.after;
    cursor.skip_past(is_group                 ? start + '\xff'
                     : query.after_id.empty() ? start + '\x01'
                                              : start + '\0' + query.after_id);
  }
  while (const store::Record* record = cursor.peek()) {
    if (page.uploads.size() + page.prefixes.size() == query.limit) {
      page.truncated = query.limit > 0;
      break;
    }
    const std::string_view rest = std::string_view(record->key).substr(query.bucket.size() + 1);
    const std::string_view key = rest.substr(0, rest.find('\0'));
    if (std::string group = group_of(key); !group.empty()) {
      cursor.skip_past(object_key(query.bucket, group) + '\xff');
      page.last = group;
      page.last_id.clear();
      page.prefixes.push_back(std::move(group));
      continue;
    }
    page.uploads.push_back(
        upload_from_record(query.bucket, key, rest.substr(key.size() + 1), record->value));
    page.last = page.uploads.back().key;
    page.last_id = page.uploads.back().id;
    cursor.advance();
  }
  return page;
}

Outcome<Uploads::Assembled> Uploads::assemble(const Found& found,
                                              const std::vector<NamedPart>& named) const {
  if (named.empty()) return refuse(Problem::kInvalidPart);
  const Upload& upload = found.upload;
  Assembled assembled;
  std::map<std::uint32_t, Part> parts;
  for (Part& part : all_parts(upload.id)) {
    assembled.changes.push_back({kParts, part_key(upload.id, part.number)});
    parts.emplace(part.number, std::move(part));
  }
  JoinedEtag etag;
  Content& whole = assembled.content;
  for (const NamedPart& name : named) {
    KENNEL_TRY_VOID(check_named(name, parts));
    const Content part = std::move(parts.extract(name.number).mapped().content);
    if (part.size < kPartBytesMin && &name != &named.back()) {
      return refuse(
          {.problem = Problem::kPartTooSmall, .part = name.number, .part_size = part.size});
    }
    etag.add(part.etag);
    whole.size += part.size;
    whole.extents.insert(whole.extents.end(), part.extents.begin(), part.extents.end());
    whole.parts.push_back({name.number, part.size, checksum_of(part, upload.checksum_algorithm)});
  }
  whole.etag = etag.finish();
  whole.checksum = join_checksums(upload.checksum_algorithm, upload.checksum_type, whole.parts);
  for (const auto& [number, unused] : parts) {
    append(assembled.changes, release(unused.content, upload.id));
  }
  assembled.changes.push_back({kUploads, upload_key(upload.bucket, upload.key, upload.id),
                               std::nullopt, found.record_version});
  return assembled;
}

Outcome<ObjectVersion> Uploads::find_completed(std::string_view bucket, std::string_view key,
                                               std::string_view id) const {
  const auto record = records_.find(kCompleted, id);
  if (!record) return refuse(Problem::kNoSuchUpload);
  const json value = json::parse(record->value);
  if (value.at("bucket") != bucket || value.at("key") != key) {
    return refuse(Problem::kNoSuchUpload);
  }
  return version_from_record(bucket, key, value.at("version").get_ref<const std::string&>());
}

Outcome<ObjectVersion> Uploads::complete(std::string_view bucket, std::string_view key,
                                         std::string_view id, const Completion& completion,
                                         TimePoint now) {
  KENNEL_TRY_VOID(check_order(completion.parts));
  const auto lock = locks_.lock(id);
  const auto found = find(bucket, key, id);
  if (!found && found.error().problem == Problem::kNoSuchUpload) {
    return find_completed(bucket, key, id);
  }
  if (!found) return tl::unexpected(found.error());
  KENNEL_TRY(Assembled assembled, assemble(*found, completion.parts));
  KENNEL_TRY_VOID(check_whole(assembled.content, completion));
  NewObject object{.bucket = std::string(bucket),
                   .key = std::string(key),
                   .owner = found->upload.id,
                   .content = std::move(assembled.content),
                   .attributes = found->upload.attributes};
  return objects_.put(std::move(object), completion.conditions, now, assembled.changes,
                      [id](const ObjectVersion& version) -> store::Change {
                        const json note{{"bucket", version.bucket},
                                        {"key", version.key},
                                        {"version", to_record(version)}};
                        return {kCompleted, std::string(id), note.dump()};
                      });
}

Outcome<void> Uploads::abort(std::string_view bucket, std::string_view key, std::string_view id) {
  const auto lock = locks_.lock(id);
  KENNEL_TRY(const Found found, find(bucket, key, id));
  store::Changes changes{
      {kUploads, upload_key(bucket, key, id), std::nullopt, found.record_version}};
  for (const Part& part : all_parts(id)) {
    changes.push_back({kParts, part_key(id, part.number)});
    append(changes, release(part.content, id));
  }
  if (!records_.commit(std::move(changes))) return refuse(Problem::kTooBusy);
  return {};
}

Outcome<void> Uploads::abort_all(std::string_view bucket) {
  for (;;) {
    const UploadPage page = list({.bucket = std::string(bucket)});
    for (const Upload& upload : page.uploads) {
      const auto aborted = abort(bucket, upload.key, upload.id);
      if (!aborted && aborted.error().problem != Problem::kNoSuchUpload) return aborted;
    }
    if (!page.truncated) return {};
  }
}

void Uploads::forget_completed(TimePoint now, std::size_t limit) {
  // They lie in the order in which they were begun.
  const TimePoint horizon = now - std::chrono::days(1);
  store::Changes changes;
  for (const auto& record : records_.scan(kCompleted, {.limit = limit})) {
    const json note = json::parse(record.value);
    const auto& version = note.at("version").get_ref<const std::string&>();
    if (version_from_record({}, {}, version).modified >= horizon) continue;
    changes.push_back({kCompleted, record.key});
  }
  if (!changes.empty()) (void)records_.commit(std::move(changes));
}

}  // namespace kennel::objects
