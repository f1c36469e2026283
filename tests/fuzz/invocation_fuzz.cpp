// Any bytes as the body of an invocation, and as its Accept field. The first byte chooses the type.
#include "hosting/invocation.h"

#include <array>

#include "base/error.h"
#include "hosting/answer.h"

namespace {

namespace base = kennel::base;
namespace hosting = kennel::hosting;

constexpr std::array<std::string_view, 4> kTypes{"application/json",
                                                 "multipart/form-data; boundary=edge",
                                                 "application/octet-stream", "image/jpeg"};

std::size_t bytes_of(const hosting::PhotoSource& source) {
  const auto* photo = std::get_if<base::Bytes>(&source);
  return photo != nullptr ? photo->size() : std::get<hosting::PhotoUrl>(source).url.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const base::ByteView body = base::ByteView(data, size).subspan(1);
  const auto parsed = hosting::parse_invocation(kTypes[data[0] % kTypes.size()],
                                                base::Bytes(body.begin(), body.end()));
  if (parsed) {
    base::check(!parsed->photos.empty() && parsed->photos.size() <= hosting::kInstancesMax,
                "there is something to answer");
    base::check(parsed->several || parsed->photos.size() == 1, "one photo is one answer");
    std::size_t total = 0;
    for (const auto& source : parsed->photos) {
      base::check(bytes_of(source) > 0 || data[0] % kTypes.size() == 1, "nothing is no photo");
      total += bytes_of(source);
    }
    base::check(total <= body.size(), "all of it was in the body");
  } else {
    base::check(parsed.error().status >= 400 && parsed.error().status < 500, "a client's mistake");
    static_cast<void>(hosting::to_json(parsed.error()));
  }
  static_cast<void>(hosting::parse_accept(base::as_text(body)));
  return 0;
}
