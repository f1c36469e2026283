#include "services/s3/attributes.h"

#include "wire/text.h"

namespace kennel::services::s3 {

wire::Outcome<void> check_metadata(const std::map<std::string, std::string>& metadata) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : metadata) bytes += name.size() + value.size();
  if (bytes <= kMetadataBytesMax) return {};
  return fail(
      "MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size",
      {{"Size", std::to_string(bytes)}, {"MaxSizeAllowed", std::to_string(kMetadataBytesMax)}});
}

std::string without_aws_chunked(std::string_view content_encoding) {
  std::string kept;
  while (!content_encoding.empty()) {
    const std::size_t comma = std::min(content_encoding.find(','), content_encoding.size());
    const std::string_view coding = wire::without_blanks(content_encoding.substr(0, comma));
    if (!coding.empty() && coding != "aws-chunked") {
      if (!kept.empty()) kept += ",";
      kept += coding;
    }
    content_encoding.remove_prefix(std::min(comma + 1, content_encoding.size()));
  }
  return kept;
}

}  // namespace kennel::services::s3
