// The trailers of an aws-chunked body: those that x-amz-trailer announced, each once, and the
// signature over them. One body, one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sign/sigv4.h"

namespace kennel::sign {

class Trailers {
 public:
  static constexpr std::size_t kBytesMax = 4 * base::kKiB;  // all of them together

  // `is_signed`: x-amz-trailer-signature must come as well.
  Trailers(std::vector<std::string> announced, bool is_signed);

  // "name:value", without its line break.
  [[nodiscard]] Checked<void> add(std::string_view line);
  // After the last one: whether all are there.
  [[nodiscard]] Checked<void> check_complete() const;

  [[nodiscard]] const base::Fields& fields() const { return fields_; }
  [[nodiscard]] std::string_view signature() const { return signature_; }
  // What the signature covers: "name:value\n" of each, sorted by name.
  [[nodiscard]] std::string canonical() const;

 private:
  std::vector<std::string> announced_;  // lower case, sorted
  bool is_signed_;
  base::Fields fields_;
  std::string signature_;
  std::size_t bytes_ = 0;
};

}  // namespace kennel::sign
