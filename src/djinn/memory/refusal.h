// SPDX-License-Identifier: MIT
// What the memory answers when it cannot: a reason that code decides by and a sentence that a
// person reads. A refusal changes nothing: what was there before the call is there after it.
//
//   Outcome<SessionId> session = store.open(layout);
//   if (!session && session.error().reason == RefusalReason::kDeviceFull) evict_someone();
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/result.h"

namespace assay::djinn {

enum class RefusalReason : std::uint8_t {
  kTooLarge,        ///< Would not fit even if everything else were gone.
  kDeviceFull,      ///< Fits once something else has gone from the device.
  kHostFull,        ///< The pool for what was swapped out has no room.
  kMappingsFull,    ///< The kernel maps no more pieces: blocks are too small.
  kUnknownSession,  ///< No such session was ever opened.
  kStaleSession,    ///< It was closed; its place may belong to another one by now.
  kUnknownWeight,   ///< Not here (any more).
  kOutOfCapacity,   ///< A row would hold more tokens than the session was opened for.
  kNotResident,     ///< The state is in the host's memory: restore it first.
  kNotHostOnly,     ///< The state is on the device (or on its way): nothing to restore.
  kNotClean,        ///< Part of it is nowhere else: dropping would lose it.
  kBusy,            ///< A copy of it is under way.
  kPinned,          ///< An operation uses it.
  kNotSealed,       ///< A weight whose bytes are not complete.
  kAlreadySealed,   ///< A weight that may not change any more.
  kCorrupt,         ///< The bytes that came back are not those that went.
};
inline constexpr std::size_t kRefusalReasons =
    static_cast<std::size_t>(RefusalReason::kCorrupt) + 1;
std::string_view to_text(RefusalReason reason);  ///< "device full"

struct Refusal {
  RefusalReason reason;
  std::string message;

  template <class... Args>
  static Refusal because(RefusalReason reason, fmt::format_string<Args...> pattern,
                         Args&&... args) {
    return {reason, format(pattern, std::forward<Args>(args)...)};
  }
  /// For who only passes it up: corruption is ours, fullness the environment's, the rest the
  /// user's.
  Error to_error() const;
};

/// The value of an operation that has nothing to tell.
struct Done {
  bool operator==(const Done&) const = default;
};

/// A value or why there is none, never neither. ASSAY_TRY works on it between functions whose
/// reasons turn into one another.
template <class T, class Why = Refusal>
class [[nodiscard]] Outcome {
 public:
  using Value = T;

  Outcome(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  template <std::convertible_to<Why> Reason>
  Outcome(Reason&& reason)  // NOLINT: implicit
      : state_(std::in_place_index<1>, std::forward<Reason>(reason)) {}

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
  const Why& error() const {
    ASSAY_CHECK(!has_value(), "a reason is taken only where there is one");
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Why> state_;
};

}  // namespace assay::djinn
