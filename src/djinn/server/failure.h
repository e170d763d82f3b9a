// SPDX-License-Identifier: MIT
// Why a request was not done, as it travels: a code that a client decides by and a sentence that a
// person reads.
#pragma once

#include <optional>
#include <string>
#include <utility>

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

/// A value or a Failure. ASSAY_TRY of results, and of outcomes of memory, works in a function that
/// returns one.
template <class T>
using Served = Outcome<T, Failure>;

}  // namespace assay::djinn
