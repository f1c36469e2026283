#include "wire/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <charconv>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.h"

namespace kennel::wire {
namespace {

// Some 50 ms of backtracking, 64 MiB for it.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kHeapKiBMax = 64 * 1024;

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kPosixClasses{{
    {"Alnum", "[:alnum:]"},
    {"Alpha", "[:alpha:]"},
    {"ASCII", "\\x00-\\x7F"},
    {"Blank", "[:blank:]"},
    {"Cntrl", "[:cntrl:]"},
    {"Digit", "[:digit:]"},
    {"Graph", "[:graph:]"},
    {"Lower", "[:lower:]"},
    {"Print", "[:print:]"},
    {"Punct", "[:punct:]"},
    {"Space", "[:space:]"},
    {"Upper", "[:upper:]"},
    {"XDigit", "[:xdigit:]"},
}};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : left_(pattern) {}

  std::string run() {
    while (!left_.empty()) {
      if (left_.front() == '\\') {
        escape();
      } else if (left_.starts_with("${") && !in_class_) {
        copy(1);
        skip_repeat();
      } else {
        if (left_.front() == '[') in_class_ = true;
        if (left_.front() == ']') in_class_ = false;
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t count) {
    out_ += left_.substr(0, count);
    left_.remove_prefix(std::min(count, left_.size()));
  }

  // The end of a string repeated is the end; PCRE2 refuses to repeat it.
  void skip_repeat() {
    const auto end = left_.find('}');
    left_.remove_prefix(end == std::string_view::npos ? 0 : end + 1);
  }

  void escape() {
    if (left_.starts_with("\\u")) return code_unit();
    if (left_.starts_with("\\p{")) return property();
    copy(2);
  }

  [[nodiscard]] std::optional<unsigned> peek_code_unit() const {
    unsigned unit = 0;
    if (!left_.starts_with("\\u") || left_.size() < 6) return std::nullopt;
    const char* end = left_.data() + 6;
    const auto parsed = std::from_chars(left_.data() + 2, end, unit, 16);
    return parsed.ptr == end ? std::optional(unit) : std::nullopt;
  }

  // Java's strings are UTF-16: two surrogates in a row are one code point.
  void code_unit() {
    const auto first = peek_code_unit();
    base::check(first.has_value(), "\\u is followed by four hex digits");
    left_.remove_prefix(6);
    unsigned code_point = *first;
    if (code_point >= 0xD800 && code_point < 0xDC00) {
      const auto second = peek_code_unit();
      if (second && *second >= 0xDC00 && *second < 0xE000) {
        left_.remove_prefix(6);
        code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (*second - 0xDC00);
      }
    }
    out_ += fmt::format("\\x{{{:X}}}", code_point);
  }

  void property() {
    const std::string_view name = left_.substr(3, left_.find('}') - 3);
    for (const auto& [java, posix] : kPosixClasses) {
      if (name != java) continue;
      out_ += in_class_ ? std::string(posix) : fmt::format("[{}]", posix);
      left_.remove_prefix(name.size() + 4);
      return;
    }
    copy(name.size() + 4);
  }

  std::string_view left_;
  std::string out_;
  bool in_class_ = false;
};

struct Freer {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

PCRE2_SPTR as_sptr(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

std::string to_pcre2(std::string_view java_pattern) { return Translator(java_pattern).run(); }

void PatternSet::CodeDeleter::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

PatternSet::PatternSet() = default;
PatternSet::~PatternSet() = default;

PatternSet::Code PatternSet::compile(std::string_view java_pattern) {
  const std::string pattern = to_pcre2(java_pattern);
  const std::unique_ptr<pcre2_compile_context, Freer> context(
      pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANY);
  // A lone surrogate in a class is no error in Java, and matches nothing in UTF-8.
  pcre2_set_compile_extra_options(context.get(), PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
  int error = 0;
  PCRE2_SIZE offset = 0;
  Code code(pcre2_compile(as_sptr(pattern), pattern.size(),
                          PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &offset,
                          context.get()));
  base::check(code != nullptr, fmt::format("the model's pattern compiles: {} (error {} at {})",
                                           pattern, error, offset));
  return code;
}

const pcre2_real_code_8* PatternSet::find_or_compile(std::string_view java_pattern) const {
  {
    const std::shared_lock lock(mutex_);
    const auto found = codes_.find(java_pattern);
    if (found != codes_.end()) return found->second.get();
  }
  Code code = compile(java_pattern);
  const std::unique_lock lock(mutex_);
  return codes_.try_emplace(java_pattern, std::move(code)).first->second.get();
}

bool PatternSet::matches(std::string_view java_pattern, std::string_view text) const {
  const pcre2_real_code_8* code = find_or_compile(java_pattern);
  const std::unique_ptr<pcre2_match_context, Freer> context(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), kMatchLimit);
  pcre2_set_heap_limit(context.get(), kHeapKiBMax);
  const std::unique_ptr<pcre2_match_data, Freer> data(pcre2_match_data_create(1, nullptr));
  base::check(context != nullptr && data != nullptr, "PCRE2 has memory");
  // 0: it matched, and there was no room for its groups.
  return pcre2_match(code, as_sptr(text), text.size(), 0, 0, data.get(), context.get()) >= 0;
}

}  // namespace kennel::wire
