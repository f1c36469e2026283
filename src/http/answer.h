// The bytes of an answer's head. Pure, but for the clock behind `DateText`.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace kennel::http {

enum class BodyFraming {
  kNone,        // there is no body, and nothing says how long it would be
  kLength,      // Content-Length
  kChunked,     // Transfer-Encoding: chunked
  kUntilClose,  // HTTP/1.0, length unknown
};

// How a body of that answer is told from what follows it.
[[nodiscard]] BodyFraming choose_framing(const Response& response, bool http_1_0);

// The Content-Length of an answer framed by kLength.
[[nodiscard]] std::uint64_t body_length(const Response& response);

struct AnswerHead {
  BodyFraming framing = BodyFraming::kLength;
  bool http_1_0 = false;
  bool keep_alive = true;
  std::string_view date;
  std::string_view server_name;
};

// The head with its empty line. Content-Length, Transfer-Encoding, Connection and Date are ours:
// a handler's are left out, and so is a field whose name is none. Control characters in values
// become blanks, so that no value can begin another field.
void append_head(std::string& out, const Response& response, const AnswerHead& head);

// "100\r\n", before a chunk of 256 bytes.
void append_chunk_size(std::string& out, std::size_t size);

// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second.
class DateText {
 public:
  [[nodiscard]] std::string_view at(std::time_t now);

 private:
  std::time_t made_for_ = -1;
  std::string text_;
};

[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace kennel::http
