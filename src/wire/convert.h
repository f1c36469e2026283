// Between documents and the generated structs. A document has passed the validator before it is
// read, so that what is missing here is optional, and a wrong type is a bug.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "wire/shape.h"

namespace kennel::wire {

// The input or output of an operation that has none.
struct Nothing {};

template <class... Operation>
using OperationList = std::tuple<Operation...>;

using TimePoint = std::chrono::system_clock::time_point;

// Seconds since 1970, in milliseconds.
[[nodiscard]] inline double to_epoch_seconds(TimePoint time) {
  using std::chrono::milliseconds;
  return static_cast<double>(std::chrono::floor<milliseconds>(time.time_since_epoch()).count()) /
         1000.0;
}

[[nodiscard]] inline TimePoint from_epoch_seconds(double seconds) {
  // What a time_point of nanoseconds can hold: the years 1678 to 2261. Beyond, its first or last.
  constexpr double kSecondsMax = 9.2e9;
  const double kept = std::clamp(seconds, -kSecondsMax, kSecondsMax);
  return TimePoint(std::chrono::milliseconds(
      static_cast<std::int64_t>(kept * 1000.0 + (kept < 0 ? -0.5 : 0.5))));
}

inline void from_document(const Document&, Nothing&) {}
[[nodiscard]] inline Document to_document(const Nothing&) { return Document::object(); }

inline void from_document(const Document& document, std::string& value) {
  value = document.get_ref<const std::string&>();
}
inline void from_document(const Document& document, bool& value) { value = document.get<bool>(); }
inline void from_document(const Document& document, std::int32_t& value) {
  value = document.get<std::int32_t>();
}
inline void from_document(const Document& document, std::int64_t& value) {
  value = document.get<std::int64_t>();
}
inline void from_document(const Document& document, double& value) {
  value = document.get<double>();
}
inline void from_document(const Document& document, TimePoint& value) {
  value = from_epoch_seconds(document.get<double>());
}
inline void from_document(const Document& document, base::Bytes& value) {
  value = document.get_binary();
}

[[nodiscard]] inline Document to_document(const std::string& value) { return value; }
[[nodiscard]] inline Document to_document(bool value) { return value; }
[[nodiscard]] inline Document to_document(std::int32_t value) { return value; }
[[nodiscard]] inline Document to_document(std::int64_t value) { return value; }
[[nodiscard]] inline Document to_document(double value) { return value; }
[[nodiscard]] inline Document to_document(TimePoint value) { return to_epoch_seconds(value); }
[[nodiscard]] inline Document to_document(const base::Bytes& value) {
  return Document::binary(value);
}

// Lists of maps and maps of lists: each template must know the others.
template <class T>
void from_document(const Document& document, std::map<std::string, T>& values);
template <class T>
[[nodiscard]] Document to_document(const std::map<std::string, T>& values);

template <class T>
void from_document(const Document& document, std::vector<T>& values) {
  for (const Document& item : document) from_document(item, values.emplace_back());
}

template <class T>
void from_document(const Document& document, std::map<std::string, T>& values) {
  for (const auto& item : document.items()) from_document(item.value(), values[item.key()]);
}

template <class T>
[[nodiscard]] Document to_document(const std::vector<T>& values) {
  Document document = Document::array();
  for (const T& value : values) document.push_back(to_document(value));
  return document;
}

template <class T>
[[nodiscard]] Document to_document(const std::map<std::string, T>& values) {
  Document document = Document::object();
  for (const auto& [key, value] : values) document[key] = to_document(value);
  return document;
}

template <class T>
void read_member(const Document& document, const char* name, T& value) {
  if (const auto found = document.find(name); found != document.end()) {
    from_document(*found, value);
  }
}

template <class T>
void read_member(const Document& document, const char* name, std::optional<T>& value) {
  if (const auto found = document.find(name); found != document.end()) {
    from_document(*found, value.emplace());
  }
}

template <class T>
void write_member(Document& document, const char* name, const T& value) {
  document[name] = to_document(value);
}

template <class T>
void write_member(Document& document, const char* name, const std::optional<T>& value) {
  if (value) document[name] = to_document(*value);
}

}  // namespace kennel::wire
