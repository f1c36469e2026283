// Any bytes as the body of a browser's form, in one piece and in pieces: both give the same. The
// first byte chooses how it is split.
#include "wire/form_data.h"

#include <algorithm>

#include "base/error.h"
#include "http/parameters.h"

namespace {

namespace base = kennel::base;
namespace http = kennel::http;
namespace wire = kennel::wire;

struct Parsed {
  bool refused = false;
  base::Fields fields;
  std::string file_name;
  base::Bytes file;

  bool operator==(const Parsed&) const = default;
};

Parsed parse(base::ByteView body, std::size_t piece_max) {
  wire::FormParser parser("edge");
  Parsed parsed;
  wire::Outcome<void> outcome;
  while (outcome && !body.empty()) {
    const base::ByteView piece = body.first(std::min(piece_max, body.size()));
    body = body.subspan(piece.size());
    outcome = parser.feed(piece, parsed.file);
  }
  if (outcome) outcome = parser.finish();
  if (!outcome) return {.refused = true};
  base::check(parser.file_ended(), "an accepted form has its whole file");
  parsed.fields = parser.fields();
  parsed.file_name = parser.file_name();
  return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const base::ByteView body = base::ByteView(data, size).subspan(1);
  const Parsed whole = parse(body, body.size());
  base::check(whole == parse(body, 1 + data[0] % 16), "splits make no difference");
  base::check(whole.file.size() <= body.size(), "the file was in the form");
  static_cast<void>(http::find_form_boundary(base::as_text(body)));
  return 0;
}
