// multipart/form-data (RFC 7578) as it streams in: the fields of a form, and then its file. Pure;
// used by one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/field.h"
#include "wire/api_error.h"

namespace kennel::wire {

// What stands behind the file is not looked at, as with S3:
//
//   kPreamble ---+                            kPreamble: before the first delimiter
//                v                            kBetween: within a delimiter's line
//      +-----> kBetween ---> kDone            kHead: a part's header fields
//      |         |  ^                         kField, kFile: its content, up to the next delimiter
//      |         v  |                         kDone: behind the file
//   kField <-- kHead --> kFile --> kBetween
//
// Refusals are S3's own: MalformedPOSTRequest, MaxPostPreDataLengthExceededError,
// IncorrectNumberOfFilesInPostRequest. After one the parser is not fed any more.
class FormParser {
 public:
  explicit FormParser(std::string_view boundary);

  // Appends to `file` what came of the file's bytes. How the form is cut into pieces makes no
  // difference.
  [[nodiscard]] Outcome<void> feed(base::ByteView bytes, base::Bytes& file);
  // The form is over; refused where the file is not.
  [[nodiscard]] Outcome<void> finish() const;

  [[nodiscard]] bool in_file() const { return state_ == State::kFile || has_file_; }
  [[nodiscard]] bool file_ended() const { return state_ == State::kDone; }
  // Those before the file. Names and values are UTF-8; no name is there twice.
  [[nodiscard]] const base::Fields& fields() const { return fields_; }
  // The last part of its path, as the client has it; good once in the file.
  [[nodiscard]] const std::string& file_name() const { return file_name_; }
  // What of the form is not the file, if nothing stands behind it; good once in the file.
  [[nodiscard]] std::size_t bytes_around_file() const { return taken_ + delimiter_.size() + 2; }

 private:
  enum class State { kPreamble, kBetween, kHead, kField, kFile, kDone };

  [[nodiscard]] Outcome<bool> step(base::Bytes& file);
  [[nodiscard]] Outcome<bool> read_preamble();
  [[nodiscard]] Outcome<bool> read_between();
  [[nodiscard]] Outcome<bool> read_head();
  [[nodiscard]] Outcome<bool> read_field();
  [[nodiscard]] Outcome<bool> read_file(base::Bytes& file);
  [[nodiscard]] Outcome<void> read_head_line(std::string_view line);
  [[nodiscard]] Outcome<void> begin_content();
  void take(std::size_t bytes);

  std::string delimiter_;         // "\r\n--boundary"
  std::string pending_ = "\r\n";  // not looked at yet; the line end before the first delimiter
  State state_ = State::kPreamble;
  std::size_t taken_ = 0;  // before the file
  bool has_file_ = false;  // up to its delimiter
  base::Fields fields_;
  std::optional<std::string> name_;  // of the part
  std::optional<std::string> part_file_name_;
  std::string file_name_;
};

}  // namespace kennel::wire
