#include "network/weights_file.h"

#include <fmt/format.h>

#include "network/legible.h"
#include "network/pth_legacy.h"

namespace kennel::network {
namespace {

using base::ByteView;
using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t kSafetensorsHeaderAt = 8;

bool starts_with(ByteView bytes, std::string_view text) {
  return base::as_text(bytes).starts_with(text);
}

bool looks_like_safetensors(ByteView bytes) {
  return bytes.size() > kSafetensorsHeaderAt && bytes[kSafetensorsHeaderAt] == '{';
}

tl::unexpected<base::Error> unknown_format(ByteView bytes) {
  if (bytes.empty()) return fail(ErrorKind::kInvalid, "the file is empty");
  if (starts_with(bytes, "\x80")) {
    return fail(ErrorKind::kInvalid,
                "a pickle, but not one that torch.save wrote; save the model's state_dict() with "
                "torch.save");
  }
  const auto start = base::as_text(bytes.first(std::min<std::size_t>(bytes.size(), 16)));
  return fail(
      ErrorKind::kInvalid,
      fmt::format("neither a .pth nor a .safetensors file: it starts with '{}'", legible(start)));
}

}  // namespace

Result<StateDict> parse_weights(ByteView bytes, std::shared_ptr<const void> owner) {
  if (starts_with(bytes, "PK\x03\x04") || is_legacy_pth(bytes)) {
    return parse_pth(bytes, std::move(owner));
  }
  if (looks_like_safetensors(bytes)) return parse_safetensors(bytes, std::move(owner));
  return unknown_format(bytes);
}

Result<StateDict> read_weights_file(const base::Path& path) {
  KENNEL_TRY(auto opened, base::MappedFile::open(path));
  const auto file = std::make_shared<const base::MappedFile>(std::move(opened));
  auto tensors = parse_weights(file->bytes(), file);
  if (!tensors) return base::fail_in(path.string(), tensors.error());
  return tensors;
}

}  // namespace kennel::network
