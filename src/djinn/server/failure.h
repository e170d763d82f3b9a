// SPDX-License-Identifier: MIT
// Why a request was not done, as it travels: a code that a client decides by and a sentence that a
// person reads.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/result.h"
#include "djinn/memory/refusal.h"
#include "djinn/wire/messages.h"

namespace assay::djinn {

struct Failure {
  ErrorCode code = ErrorCode::kInternal;
  std::string message = {};
  std::optional<Nanoseconds> retry_after = {};

  Failure(ErrorCode why, std::string text, std::optional<Nanoseconds> retry = {})
      : code(why), message(std::move(text)), retry_after(retry) {}
  Failure(const Error& error);      // NOLINT(google-explicit-constructor): passed up by ASSAY_TRY.
  Failure(const Refusal& refusal);  // NOLINT(google-explicit-constructor): the same.

  template <class... Args>
  static Failure because(ErrorCode code, fmt::format_string<Args...> pattern, Args&&... args) {
    return {code, format(pattern, std::forward<Args>(args)...)};
  }
  ErrorMessage to_message() const;
};

/// A value or a Failure, never neither. ASSAY_TRY works on it, and on results and outcomes of
/// memory in a function that returns one.
template <class T>
class [[nodiscard]] Served {
 public:
  using Value = T;

  Served(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT
  Served(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT
  Served(const Error& error) : state_(std::in_place_index<1>, error) {}            // NOLINT
  Served(const Refusal& refusal) : state_(std::in_place_index<1>, refusal) {}      // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& value() {
    ASSAY_CHECK(has_value(), "a value is taken only where there is one");
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    ASSAY_CHECK(has_value(), "a value is taken only where there is one");
    return *std::get_if<0>(&state_);
  }
  const Failure& error() const {
    ASSAY_CHECK(!has_value(), "a failure is taken only where there is one");
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace assay::djinn
