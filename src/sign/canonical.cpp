#include "sign/canonical.h"

#include "sign/hmac.h"
#include "sign/timestamp.h"
#include "sign/uri.h"

namespace kennel::sign {
namespace {

constexpr std::size_t kFieldSizeGuess = 64;

// Line breaks count as blanks: in a canonical request they would begin a field of their own.
constexpr bool is_blank(char letter) { return letter == ' ' || (letter >= '\t' && letter <= '\r'); }

void append_field(std::string& out, std::span<const base::Field> fields, std::string_view name) {
  out.append(name).append(":");
  bool first = true;
  for (const base::Field& field : fields) {
    if (!base::equals_ignoring_case(field.name, name)) continue;
    if (!first) out += ',';
    first = false;
    append_trimmed(out, field.value);
  }
  out += '\n';
}

}  // namespace

void append_trimmed(std::string& out, std::string_view value) {
  bool blank_before = false;
  bool first = true;
  for (const char letter : value) {
    if (is_blank(letter)) {
      blank_before = true;
      continue;
    }
    if (blank_before && !first) out += ' ';
    out += letter;
    blank_before = first = false;
  }
}

std::string join_names(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ';';
    text += name;
  }
  return text;
}

std::string make_canonical_request(const CanonicalParts& parts) {
  const auto [path, query] = split_target(parts.request.target);
  std::string text;
  text.reserve(2 * parts.request.target.size() +
               kFieldSizeGuess * (parts.signed_fields.size() + 4));
  text.append(parts.request.method).append("\n");
  append_canonical_path(text, path, parts.path);
  text += '\n';
  append_canonical_query(text, query);
  text += '\n';
  for (const std::string& name : parts.signed_fields) {
    append_field(text, parts.request.fields, name);
  }
  text.append("\n").append(join_names(parts.signed_fields));
  return text.append("\n").append(parts.payload_hash);
}

std::string make_string_to_sign(Time at, const Scope& scope, std::string_view canonical_request) {
  std::string text(kAlgorithm);
  text.append("\n").append(to_iso_basic(at));
  text.append("\n").append(scope.text()).append("\n");
  append_hex(text, base::sha256(base::as_bytes(canonical_request)));
  return text;
}

}  // namespace kennel::sign
