// The collections of records that room objects owns.
#pragma once

namespace kennel::objects {

inline constexpr const char* kBuckets = "buckets";           // name -> Bucket
inline constexpr const char* kSettings = "bucket_settings";  // bucket/setting -> text
// bucket/key -> the object that a GET gives.
inline constexpr const char* kObjects = "objects";
// bucket/key, zero byte, version id -> every other version, and every delete marker.
inline constexpr const char* kVersions = "versions";
inline constexpr const char* kLayouts = "layouts";  // owner -> extents and parts, where many
// bucket/key, zero byte, upload id -> Upload.
inline constexpr const char* kUploads = "uploads";
inline constexpr const char* kParts = "parts";  // upload id and part number -> Content
inline constexpr const char* kCompleted = "completed_uploads";  // upload id -> what came of it

}  // namespace kennel::objects
