// Errors that a user or a client can see, as values. Bugs of ours go through `check`, a broken
// world (disk, libtorch, OpenVINO) through exceptions that are caught at the job boundary only.
#pragma once

#include <source_location>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace kennel::base {

enum class ErrorKind {
  kInvalid,      // the input is wrong: the caller must change it
  kDenied,       // the rules here forbid it: whoever set them can change them
  kNotFound,     // what was named is not there
  kConflict,     // it is there already, or belongs to something else
  kCorrupt,      // bytes that are not what they claim to be
  kTooLarge,     // beyond a stated limit
  kInterrupted,  // the user asked us to stop, or the client went away
  kThrottled,    // too much at once: the caller may try again later
};

// What was wrong, with the value, and what to do about it: `message` is shown to people as it is.
struct Error {
  ErrorKind kind;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}

// Puts "context: " before an error's message.
[[nodiscard]] inline tl::unexpected<Error> fail_in(std::string_view context, Error error) {
  error.message = std::string(context) + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

[[noreturn]] void end_with_bug(std::string_view reason, std::source_location where);

// Ends the process with the place and the reason when `holds` is false. For our own bugs only.
inline void check(bool holds, std::string_view reason,
                  std::source_location where = std::source_location::current()) {
  if (!holds) end_with_bug(reason, where);
}

}  // namespace kennel::base

#define KENNEL_CONCAT_INNER(a, b) a##b
#define KENNEL_CONCAT(a, b) KENNEL_CONCAT_INNER(a, b)

// KENNEL_TRY(auto photo, decode(bytes)); declares `photo`, or returns decode's error.
#define KENNEL_TRY(declaration, expression) \
  KENNEL_TRY_IMPL(declaration, expression, KENNEL_CONCAT(kennel_try_, __COUNTER__))
#define KENNEL_TRY_IMPL(declaration, expression, name)       \
  auto name = (expression);                                  \
  if (!name) return tl::unexpected(std::move(name).error()); \
  declaration = *std::move(name)

// KENNEL_TRY_VOID(validate(options)); returns validate's error, if any.
#define KENNEL_TRY_VOID(expression)                      \
  if (auto kennel_status = (expression); !kennel_status) \
  return tl::unexpected(std::move(kennel_status).error())

// The same within a coroutine.
#define KENNEL_CO_TRY(declaration, expression) \
  KENNEL_CO_TRY_IMPL(declaration, expression, KENNEL_CONCAT(kennel_try_, __COUNTER__))
#define KENNEL_CO_TRY_IMPL(declaration, expression, name)       \
  auto name = (expression);                                     \
  if (!name) co_return tl::unexpected(std::move(name).error()); \
  declaration = *std::move(name)
#define KENNEL_CO_TRY_VOID(expression)                   \
  if (auto kennel_status = (expression); !kennel_status) \
  co_return tl::unexpected(std::move(kennel_status).error())
