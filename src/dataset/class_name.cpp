#include "dataset/class_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/utf8.h"

namespace kennel::dataset {
namespace {

bool is_control(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code < 0x20 || code == 0x7f;
}

// With what a terminal could stumble over spelled out as \xNN.
std::string to_printable(std::string_view name) {
  std::string text;
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (is_control(letter) || code >= 0x80) {
      text += fmt::format("\\x{:02x}", code);
    } else {
      text += letter;
    }
  }
  return text;
}

}  // namespace

base::Result<void> check_class_name(std::string_view name) {
  if (base::is_utf8(name) && std::ranges::none_of(name, is_control)) return {};
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("the class folder '{}' has a name that is not UTF-8 or holds a control "
                  "character: rename it",
                  to_printable(name)));
}

}  // namespace kennel::dataset
