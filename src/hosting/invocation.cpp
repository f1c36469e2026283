#include "hosting/invocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/number.h"
#include "hosting/multipart.h"
#include "http/parameters.h"

namespace kennel::hosting {
namespace {

using nlohmann::json;

constexpr int kDepthMax = 8;
constexpr std::size_t kUrlBytesMax = 8 * base::kKiB;
constexpr std::string_view kWhatIsRight =
    R"(send {"url": "https://..."}, {"image": "<base64>"} or {"instances": [those, ...]})";

tl::unexpected<Refusal> bad_json(const std::string& what) {
  return refuse(400, "BadJson", fmt::format("{}; {}", what, kWhatIsRight));
}

// Types that say nothing of what is in the body.
bool is_vague(std::string_view type) {
  return type.empty() || type == "application/octet-stream" || type == "binary/octet-stream" ||
         type == "application/x-www-form-urlencoded";
}

bool looks_like_json(base::ByteView body) {
  const std::string_view text = base::as_text(body);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

Outcome<int> checked_top(std::optional<std::int64_t> top) {
  if (top && *top >= 1 && *top <= kTopMax) return static_cast<int>(*top);
  return refuse(400, "BadTop", fmt::format("\"top\" must be a number from 1 to {}", kTopMax));
}

Outcome<PhotoSource> read_url(std::string_view url) {
  if (url.empty() || url.size() > kUrlBytesMax) {
    return refuse(400, "BadUrl", fmt::format("a \"url\" has from 1 to {} bytes", kUrlBytesMax));
  }
  return PhotoUrl{std::string(url)};
}

Outcome<PhotoSource> read_base64(std::string_view text) {
  constexpr std::string_view kMark = ";base64,";  // of a data: URL
  if (text.starts_with("data:")) {
    const std::size_t mark = text.find(kMark);
    if (mark != std::string_view::npos) text.remove_prefix(mark + kMark.size());
  }
  auto bytes = base::from_base64(text);
  if (!bytes || bytes->empty()) {
    return refuse(400, "BadBase64", "\"image\" is no base64 of a photo's bytes");
  }
  return *std::move(bytes);
}

Outcome<PhotoSource> read_instance(const json& value, std::string_view where) {
  const auto text_of = [&](const char* name) -> const std::string* {
    const auto found = value.find(name);
    return found != value.end() && found->is_string() ? &found->get_ref<const std::string&>()
                                                      : nullptr;
  };
  if (!value.is_object()) return bad_json(fmt::format("{} is no object", where));
  const std::string* url = text_of("url");
  const std::string* image = text_of("image");
  if ((url == nullptr) == (image == nullptr)) {
    return bad_json(fmt::format("{} needs a \"url\" or an \"image\", and not both", where));
  }
  auto source = url != nullptr ? read_url(*url) : read_base64(*image);
  if (!source) source.error().message = fmt::format("{}: {}", where, source.error().message);
  return source;
}

Outcome<void> read_instances(const json& list, Invocation& invocation) {
  if (!list.is_array() || list.empty() || list.size() > kInstancesMax) {
    return bad_json(fmt::format("\"instances\" must be a list of 1 to {}", kInstancesMax));
  }
  invocation.several = true;
  for (std::size_t place = 0; place < list.size(); ++place) {
    KENNEL_TRY(auto source, read_instance(list[place], fmt::format("instances[{}]", place)));
    invocation.photos.push_back(std::move(source));
  }
  return {};
}

Outcome<json> parse_json(base::ByteView body) {
  bool too_deep = false;
  const auto limit_depth = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kDepthMax;
    return !too_deep;
  };
  auto value = json::parse(body.begin(), body.end(), limit_depth, false);
  if (too_deep || !value.is_object()) return bad_json("the body is no JSON object");
  return value;
}

Outcome<Invocation> read_json(base::ByteView body) {
  KENNEL_TRY(const json value, parse_json(body));
  Invocation invocation;
  if (const auto top = value.find("top"); top != value.end()) {
    KENNEL_TRY(invocation.top,
               checked_top(top->is_number_integer() ? std::optional(top->get<std::int64_t>())
                                                    : std::nullopt));
  }
  if (const auto list = value.find("instances"); list != value.end()) {
    KENNEL_TRY_VOID(read_instances(*list, invocation));
  } else {
    KENNEL_TRY(auto source, read_instance(value, "the body"));
    invocation.photos.push_back(std::move(source));
  }
  return invocation;
}

Outcome<Invocation> read_form(std::string_view content_type, base::ByteView body) {
  const auto boundary = http::find_form_boundary(content_type);
  if (!boundary) return refuse(400, "BadForm", "the Content-Type names no valid boundary");
  KENNEL_TRY(const auto parts, parse_multipart(*boundary, body));
  Invocation invocation;
  for (const FormPart& part : parts) {
    const std::string_view text = base::as_text(part.content);
    if (part.is_file) {
      invocation.photos.emplace_back(base::Bytes(part.content.begin(), part.content.end()));
    } else if (part.name == "url") {
      KENNEL_TRY(auto source, read_url(text));
      invocation.photos.push_back(std::move(source));
    } else if (part.name == "top") {
      KENNEL_TRY(invocation.top, checked_top(base::parse_number<std::int64_t>(text)));
    }
  }
  if (invocation.photos.empty()) {
    return refuse(400, "BadForm",
                  "the form has no photo: add a part with a file name (curl -F photo=@dog.jpg), or "
                  "one named url");
  }
  if (invocation.photos.size() > kInstancesMax) {
    return refuse(400, "BadForm", fmt::format("at most {} photos at once", kInstancesMax));
  }
  invocation.several = invocation.photos.size() > 1;
  return invocation;
}

Outcome<Invocation> read_photo(base::Bytes body) {
  if (body.empty()) {
    return refuse(400, "NoPhoto", "the body is empty: send a photo, or a JSON object with a url");
  }
  Invocation invocation;
  invocation.photos.emplace_back(std::move(body));
  return invocation;
}

}  // namespace

Outcome<Invocation> parse_invocation(std::string_view content_type, base::Bytes body) {
  const auto parsed = http::parse_parameterized(content_type);
  const std::string type = parsed ? parsed->word : std::string(content_type);
  const bool vague = is_vague(type);
  if (type == "application/json" || (vague && looks_like_json(body))) return read_json(body);
  if (http::is_form_data(content_type)) return read_form(content_type, body);
  if (vague || type == "application/x-image" || type.starts_with("image/")) {
    return read_photo(std::move(body));
  }
  return refuse(415, "UnsupportedType",
                fmt::format("{} is no type that is read here; send a photo as image/jpeg, "
                            "image/png, image/webp or application/octet-stream, JSON as "
                            "application/json, or multipart/form-data",
                            type));
}

}  // namespace kennel::hosting
