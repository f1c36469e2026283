// The head of a request, read strictly: what two readers could read differently is refused.
//
// Pure functions over bytes. A head is what stands up to and with the first empty line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/message.h"

namespace kennel::http {

struct HeadLimits {
  std::size_t bytes_max = 32 * 1024;
  std::size_t fields_max = 100;
  std::size_t target_bytes_max = 8 * 1024;
};

struct ParsedHead {
  RequestHead head;  // peer_address and tls are the connection's to fill in
  bool http_1_0 = false;
  bool keep_alive = true;         // what the client asks for
  bool expects_continue = false;  // Expect: 100-continue, and a body to come, be it empty
  bool chunked = false;
  std::optional<std::uint64_t> length;  // Content-Length
};

// 400, 413, 414, 417, 431, 501 or 505, and what was wrong.
struct HeadError {
  int status;
  std::string message;
};

template <class T>
using HeadResult = tl::expected<T, HeadError>;

// Where a head ends in `bytes`, empty line and all; nullopt: not yet. Bytes before `searched` are
// known to hold no end. A line that ends without a carriage return ends the head as well: what
// follows cannot mend it, and `parse_head` refuses it.
[[nodiscard]] std::optional<std::size_t> find_head_end(std::string_view bytes,
                                                       std::size_t searched = 0);

// `block` is one head with its empty line.
[[nodiscard]] HeadResult<ParsedHead> parse_head(std::string_view block,
                                                const HeadLimits& limits = {});

}  // namespace kennel::http
