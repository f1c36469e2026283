#include "sign/trailers.h"

#include <fmt/format.h>

#include <algorithm>

#include "sign/canonical.h"
#include "sign/hmac.h"
#include "sign/refusal.h"

namespace kennel::sign {
namespace {

constexpr std::string_view kSignatureName = "x-amz-trailer-signature";

bool is_text(std::string_view value) {
  return std::ranges::all_of(
      value, [](char letter) { return letter == '\t' || (letter >= ' ' && letter != '\x7f'); });
}

}  // namespace

Trailers::Trailers(std::vector<std::string> announced, bool is_signed)
    : announced_(std::move(announced)), is_signed_(is_signed) {
  for (std::string& name : announced_) name = base::to_lower(name);
  std::erase(announced_, kSignatureName);
  std::ranges::sort(announced_);
  const auto doubles = std::ranges::unique(announced_);
  announced_.erase(doubles.begin(), doubles.end());
}

Checked<void> Trailers::add(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kBytesMax) {
    return refuse_malformed(fmt::format("The trailers are longer than {} bytes.", kBytesMax));
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_text(line.substr(colon))) {
    return refuse_malformed("A trailer must be 'name:value', got " + shown(line));
  }
  base::Field field{base::to_lower(line.substr(0, colon)), {}};
  append_trimmed(field.value, line.substr(colon + 1));
  if (!signature_.empty()) {
    return refuse_malformed("x-amz-trailer-signature must be the last trailer, got " + shown(line));
  }
  if (is_signed_ && field.name == kSignatureName) {
    if (!is_hex_digest(field.value)) {
      return refuse_malformed(
          "x-amz-trailer-signature must be 64 lower-case hexadecimal digits, got " +
          shown(field.value));
    }
    signature_ = std::move(field.value);
    return {};
  }
  if (!std::ranges::binary_search(announced_, field.name)) {
    return refuse_malformed("The trailer " + shown(field.name) +
                            " was not announced; name it in x-amz-trailer.");
  }
  if (base::find_field(fields_, field.name)) {
    return refuse_malformed("The trailer " + shown(field.name) + " is there twice.");
  }
  fields_.push_back(std::move(field));
  return {};
}

Checked<void> Trailers::check_complete() const {
  for (const std::string& name : announced_) {
    if (base::find_field(fields_, name)) continue;
    return refuse_malformed("The trailer " + shown(name) +
                            " is missing; x-amz-trailer announced it.");
  }
  if (is_signed_ && signature_.empty()) {
    return refuse_malformed("The trailer 'x-amz-trailer-signature' is missing.");
  }
  return {};
}

std::string Trailers::canonical() const {
  base::Fields sorted = fields_;
  std::ranges::sort(sorted, {}, &base::Field::name);
  std::string text;
  for (const base::Field& field : sorted) {
    text.append(field.name).append(":").append(field.value).append("\n");
  }
  return text;
}

}  // namespace kennel::sign
