#include "instance/frame.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "dataset/class_name.h"

namespace kennel::instance {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::array<char, 4> kMagic{'K', 'N', 'X', '1'};
constexpr std::size_t kNameMax = 4096;
constexpr std::size_t kErrorMax = 1000;
constexpr std::uint64_t kJsonMax = 64 * base::kKiB;
constexpr int kProtocol = 1;

tl::unexpected<base::Error> damaged(std::string_view what) {
  return base::fail(ErrorKind::kCorrupt, fmt::format("a message between instances {}", what));
}

template <class T>
void put(base::Bytes& bytes, const T& value) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), data, data + sizeof value);
}

void put_text(base::Bytes& bytes, std::string_view text) {
  put(bytes, static_cast<std::uint16_t>(text.size()));
  bytes.insert(bytes.end(), text.begin(), text.end());
}

// Reads what `put` wrote, never beyond the end.
class Reader {
 public:
  explicit Reader(base::ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  bool take(void* to, std::size_t size) {
    if (bytes_.size() < size) return false;
    if (size > 0) std::memcpy(to, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
    return true;
  }
  template <class T>
  bool take(T& value) {
    return take(&value, sizeof value);
  }
  bool take_text(std::string& text) {
    std::uint16_t size = 0;
    if (!take(size) || size > kNameMax) return false;
    text.resize(size);
    return take(text.data(), size);
  }

 private:
  base::ByteView bytes_;
};

std::uint64_t checksum_of(base::ByteView head, base::ByteView payload) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_64bits_reset(state.get());
  XXH3_64bits_update(state.get(), head.data(), head.size());
  if (!payload.empty()) XXH3_64bits_update(state.get(), payload.data(), payload.size());
  return XXH3_64bits_digest(state.get());
}

// The first 16 bytes of a frame.
base::Bytes frame_head(FrameKind kind, std::uint64_t length) {
  base::Bytes bytes;
  put(bytes, kMagic);
  put(bytes, kind);
  put(bytes, length);
  return bytes;
}

Frame json_frame(FrameKind kind, const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return {kind, {text.begin(), text.end()}};
}

// A path that stays where it is put.
bool is_plain_path(const std::string& text) {
  const std::filesystem::path path(text);
  if (text.empty() || text.find('\0') != std::string::npos || path.is_absolute()) return false;
  if (text != path.lexically_normal().native() || !path.has_filename()) return false;
  return std::ranges::none_of(path, [](const auto& part) { return part == ".." || part == "."; });
}

bool is_class(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
         dataset::check_class_name(name).has_value();
}

base::Result<SharedPhoto> take_photo(Reader& reader, int width) {
  SharedPhoto photo;
  std::uint8_t split = 0;
  photo.features.resize(static_cast<std::size_t>(width));
  const bool whole = reader.take(split) && reader.take_text(photo.class_name) &&
                     reader.take_text(photo.path) && reader.take(photo.digest.bytes) &&
                     reader.take(photo.features.data(), photo.features.size() * sizeof(float));
  if (!whole) return damaged("ends too early");
  if (split >= dataset::kSplits.size()) return damaged("names no split");
  if (!is_class(photo.class_name)) return damaged("names a class that cannot be");
  if (!is_plain_path(photo.path)) return damaged("names a photo that cannot be");
  if (!std::ranges::all_of(photo.features, [](float value) { return std::isfinite(value); })) {
    return damaged("has a feature that is no number");
  }
  photo.split = dataset::kSplits.at(split);
  return photo;
}

}  // namespace

base::Bytes encode_frame(const Frame& frame) {
  base::Bytes bytes = frame_head(frame.kind, frame.payload.size());
  put(bytes, checksum_of(bytes, frame.payload));
  bytes.insert(bytes.end(), frame.payload.begin(), frame.payload.end());
  return bytes;
}

base::Result<FrameHeader> parse_header(base::ByteView bytes) {
  Reader reader(bytes);
  std::array<char, 4> magic{};
  FrameHeader header;
  if (!reader.take(magic) || !reader.take(header.kind) || !reader.take(header.length) ||
      !reader.take(header.checksum) || magic != kMagic) {
    return damaged("is of another protocol");
  }
  if (header.kind < FrameKind::kHello || header.kind > FrameKind::kError) {
    return damaged("is of an unknown kind");
  }
  const bool is_json = header.kind == FrameKind::kHello || header.kind == FrameKind::kDone;
  if (header.length > (is_json ? kJsonMax : kPayloadMax)) return damaged("is too long");
  return header;
}

base::Result<Frame> to_frame(const FrameHeader& header, base::Bytes payload) {
  if (checksum_of(frame_head(header.kind, header.length), payload) != header.checksum) {
    return damaged("is damaged");
  }
  return Frame{header.kind, std::move(payload)};
}

Frame to_frame(const Hello& hello) {
  return json_frame(FrameKind::kHello, {{"protocol", kProtocol},
                                        {"host", hello.host},
                                        {"token", hello.token},
                                        {"space", hello.space}});
}

base::Result<Hello> parse_hello(const Frame& frame) {
  if (frame.kind != FrameKind::kHello) return damaged("is no hello");
  const auto value = json::parse(frame.payload.begin(), frame.payload.end(), nullptr, false);
  try {
    if (value.at("protocol") != kProtocol) return damaged("is of another kennel's protocol");
    return Hello{value.at("host"), value.at("token"), value.at("space")};
  } catch (const json::exception&) {
    return damaged("is no hello");
  }
}

Frame to_frame(std::span<const SharedPhoto> photos, int width) {
  Frame frame{FrameKind::kPhotos, {}};
  for (const SharedPhoto& photo : photos) {
    base::check(photo.features.size() == static_cast<std::size_t>(width), "features fit");
    put(frame.payload, static_cast<std::uint8_t>(photo.split));
    put_text(frame.payload, photo.class_name);
    put_text(frame.payload, photo.path);
    put(frame.payload, photo.digest.bytes);
    for (const float value : photo.features) put(frame.payload, value);
  }
  return frame;
}

base::Result<std::vector<SharedPhoto>> parse_photos(const Frame& frame, int width) {
  if (frame.kind != FrameKind::kPhotos) return damaged("holds no photos");
  Reader reader(frame.payload);
  std::vector<SharedPhoto> photos;
  while (!reader.empty()) {
    KENNEL_TRY(SharedPhoto photo, take_photo(reader, width));
    photos.push_back(std::move(photo));
  }
  return photos;
}

Frame to_done(std::uint64_t photos) { return json_frame(FrameKind::kDone, {{"photos", photos}}); }

base::Result<std::uint64_t> parse_done(const Frame& frame) {
  const auto value = json::parse(frame.payload.begin(), frame.payload.end(), nullptr, false);
  const auto found = value.is_object() ? value.find("photos") : value.end();
  if (frame.kind != FrameKind::kDone || found == value.end() || !found->is_number_unsigned()) {
    return damaged("does not say how many photos there were");
  }
  return found->get<std::uint64_t>();
}

std::string error_text(const Frame& frame) {
  std::string text(frame.payload.begin(),
                   frame.payload.begin() +
                       static_cast<std::ptrdiff_t>(std::min(frame.payload.size(), kErrorMax)));
  std::ranges::replace_if(text, [](unsigned char letter) { return letter < 0x20; }, ' ');
  return text;
}

}  // namespace kennel::instance
