// The parts of a multipart/form-data body that is there whole (RFC 7578). Pure; the bytes are
// foreign.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "hosting/refusal.h"

namespace kennel::hosting {

// Views into the body.
struct FormPart {
  std::string name;
  bool is_file = false;  // it has a file name
  base::ByteView content;
};

inline constexpr std::size_t kPartsMax = 200;

// 400, saying what is wrong with which part.
[[nodiscard]] Outcome<std::vector<FormPart>> parse_multipart(std::string_view boundary,
                                                             base::ByteView body);

}  // namespace kennel::hosting
