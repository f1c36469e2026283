// The models' regular expressions: Java's syntax, held against whole strings. Safe from several
// threads. PCRE2 stands behind this.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

struct pcre2_real_code_8;

namespace kennel::wire {

// As PCRE2 spells it: \uXXXX, surrogate pairs and Java's POSIX classes are others there.
[[nodiscard]] std::string to_pcre2(std::string_view java_pattern);

// Compiles a pattern when it is first asked for, and keeps it. Patterns must outlive this: they
// are those of the tables.
class PatternSet {
 public:
  PatternSet();
  ~PatternSet();
  PatternSet(const PatternSet&) = delete;
  PatternSet& operator=(const PatternSet&) = delete;

  // `text` is UTF-8. What takes too many steps does not match.
  [[nodiscard]] bool matches(std::string_view java_pattern, std::string_view text) const;

 private:
  struct CodeDeleter {
    void operator()(pcre2_real_code_8* code) const;
  };
  using Code = std::unique_ptr<pcre2_real_code_8, CodeDeleter>;
  [[nodiscard]] const pcre2_real_code_8* find_or_compile(std::string_view java_pattern) const;
  [[nodiscard]] static Code compile(std::string_view java_pattern);

  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string_view, Code> codes_;
};

}  // namespace kennel::wire
