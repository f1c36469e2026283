// What is posted: the bytes of a file, and the Content-Type that they go by.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kennel::load {

struct Photo {
  std::string content_type;
  base::Bytes bytes;
};

// image/jpeg, image/png and image/webp by the content, application/json by the name, else
// application/octet-stream.
[[nodiscard]] std::string_view find_content_type(std::string_view file_name, base::ByteView bytes);

}  // namespace kennel::load
