// SPDX-License-Identifier: MIT
// Expected failures as values. A function that can fail returns Result<T>: a value or an Error,
// never neither, and it cannot be dropped unseen.
//
//   Result<Spec> load(const fs::path& path) {
//     ASSAY_TRY(std::string text, read_file(path).context("while loading {}", path.string()));
//     return parse(text);
//   }
//
// An Error says whose fault it is (that decides the exit code), what happened, and, line by line,
// where: each layer that passes it up adds the one thing it knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/check.h"
#include "core/format.h"

namespace assay {

/// Whose fault a failure is; `exit_code` turns it into what the shell sees.
enum class Blame : std::uint8_t {
  kUser,         ///< Fix the experiment file or the command line.
  kEnvironment,  ///< No device, no disk, no network: try elsewhere.
  kBug,          ///< Ours.
};

class [[nodiscard]] Error {
 public:
  template <class... Args>
  static Error user(fmt::format_string<Args...> pattern, Args&&... args) {
    return Error(Blame::kUser, format(pattern, std::forward<Args>(args)...));
  }
  template <class... Args>
  static Error environment(fmt::format_string<Args...> pattern, Args&&... args) {
    return Error(Blame::kEnvironment, format(pattern, std::forward<Args>(args)...));
  }
  template <class... Args>
  static Error bug(fmt::format_string<Args...> pattern, Args&&... args) {
    return Error(Blame::kBug, format(pattern, std::forward<Args>(args)...));
  }

  Blame blame() const { return blame_; }
  const std::string& message() const { return message_; }
  const std::vector<std::string>& where() const { return where_; }

  void add_context(std::string place) { where_.push_back(std::move(place)); }

  /// The message, then one indented line per layer that knew something.
  std::string to_string() const;

 private:
  Error(Blame blame, std::string message) : blame_(blame), message_(std::move(message)) {}

  Blame blame_;
  std::string message_;
  std::vector<std::string> where_;
};

/// 2 for the user's mistake, 3 for the environment's, 70 for ours.
int exit_code(const Error& error);

template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() & {
    ASSAY_CHECK(has_value(), "a value is taken only where there is one");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    ASSAY_CHECK(has_value(), "a value is taken only where there is one");
    return *std::get_if<0>(&state_);
  }
  const Error& error() const {
    ASSAY_CHECK(!has_value(), "an error is taken only where there is one");
    return *std::get_if<1>(&state_);
  }

  template <class... Args>
  Result context(fmt::format_string<Args...> pattern, Args&&... args) && {
    if (!has_value()) {
      std::get_if<1>(&state_)->add_context(format(pattern, std::forward<Args>(args)...));
    }
    return std::move(*this);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const {
    ASSAY_CHECK(!has_value(), "an error is taken only where there is one");
    return *error_;
  }

  template <class... Args>
  Result context(fmt::format_string<Args...> pattern, Args&&... args) && {
    if (error_) error_->add_context(format(pattern, std::forward<Args>(args)...));
    return std::move(*this);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace assay

#define ASSAY_CONCAT_INNER(left, right) left##right
#define ASSAY_CONCAT(left, right) ASSAY_CONCAT_INNER(left, right)

/// Binds the value of `expression`, or returns its error to the caller.
#define ASSAY_TRY(declaration, ...) \
  ASSAY_TRY_INNER(ASSAY_CONCAT(assay_result_, __LINE__), declaration, __VA_ARGS__)
#define ASSAY_TRY_INNER(result, declaration, ...) \
  auto result = (__VA_ARGS__);                    \
  if (!result) return result.error();             \
  declaration = std::move(*result)

/// The same for an expression without a value.
#define ASSAY_TRY_VOID(...)                                 \
  do {                                                      \
    if (auto assay_result = (__VA_ARGS__); !assay_result) { \
      return assay_result.error();                          \
    }                                                       \
  } while (false)
