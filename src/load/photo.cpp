#include "load/photo.h"

#include "base/field.h"

namespace kennel::load {

std::string_view find_content_type(std::string_view file_name, base::ByteView bytes) {
  const std::string_view content = base::as_text(bytes);
  if (content.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (content.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (content.starts_with("RIFF") && content.substr(4).substr(0, 8).ends_with("WEBP")) {
    return "image/webp";
  }
  if (base::to_lower(file_name).ends_with(".json")) return "application/json";
  return "application/octet-stream";
}

}  // namespace kennel::load
